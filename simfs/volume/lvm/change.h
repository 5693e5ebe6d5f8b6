/* SPDX-License-Identifier: Apache-2.0 */
/* change.h - the steps of a change; for the files of this folder. */
#ifndef SNAPRIG_VOLUME_LVM_CHANGE_H
#define SNAPRIG_VOLUME_LVM_CHANGE_H

#include "simfs/volume/lvm/lvm.h"

struct lvm_driver {
	struct lvm_change *current; /* NULL: none is in progress */
	struct list waiting;	    /* struct lvm_change.link */
};

/* Ends CHANGE, which is the current one, and starts the next. */
void change_end(struct lvm_change *change, int result);

/* Reports WHY to the caller, and ends with ERROR. */
void change_refuse(struct lvm_change *change, int error, const char *why);

/* Writes FACTS into the snapshot's store, then calls NEXT. If that fails, restores the old
 * facts, and ends. */
void change_write(struct lvm_change *change, const struct store_facts *facts,
	void (*next)(struct lvm_change *change));

/* Restores the old facts likewise, after another step has failed with ERROR. */
void change_undo(struct lvm_change *change, int error);

/* rename.c: starts a rename. */
void change_rename(struct lvm_change *change);

#endif
