/* SPDX-License-Identifier: Apache-2.0 */
/* change.h - the steps of a change, for the files of this folder. */
#ifndef SNAPRIG_VOLUME_LVM_CHANGE_H
#define SNAPRIG_VOLUME_LVM_CHANGE_H

#include "simfs/volume/lvm/lvm.h"

struct lvm_driver {
	struct lvm_change *current; /* NULL: none is under way */
	struct list waiting;	    /* struct lvm_change.link */
};

/* Ends CHANGE, which is the current one, and begins the next. */
void change_end(struct lvm_change *change, int result);

/* Says WHY to whoever asked, and ends with ERROR. */
void change_refuse(struct lvm_change *change, int error, const char *why);

/* Writes FACTS into the snapshot's store, then calls NEXT; when that fails, puts back what
 * was there, and ends. */
void change_write(struct lvm_change *change, const struct store_facts *facts,
	void (*next)(struct lvm_change *change));

/* The same way back, when something else has failed with ERROR. */
void change_undo(struct lvm_change *change, int error);

/* rename.c: begins. */
void change_rename(struct lvm_change *change);

#endif
