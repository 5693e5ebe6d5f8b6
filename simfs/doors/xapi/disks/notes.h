/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes.h - what is saved about disks besides their records: which exist, and their names.
 *
 *	"disk KEY"    {sr, is_made, names}: it has a VDI, perhaps only a snapshot of a lost leaf
 *	"known UUID"  a VM or VDI of POOL.yaml: without a record, a client destroyed it
 */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_NOTES_H
#define SNAPRIG_DOORS_XAPI_DISKS_NOTES_H

#include "simfs/doors/xapi/disks/internal.h"

/* Under the pool's lock, and the SR's.  Note DISK as it is, or remove the note. */
void note_disk(struct disk *disk);
void note_no_disk(struct disks *disks, const char *key);

bool note_has_disk(struct disks *disks, const char *key);
/* Whether a noted disk has VDI UUID. */
bool note_has_vdi(struct disks *disks, const char *uuid);
/* The noted names of disk KEY; the caller's. */
json_t *note_names(struct disks *disks, const char *key);

/* A disk made by a client. */
struct noted {
	char key[KEY_BYTES];
	struct repository *sr;
	bool has_leaf;
};

/* All of these that lie on SRs of POOL.yaml, *RET_COUNT; the caller frees them. */
struct noted *notes_of_made(struct disks *disks, size_t *ret_count);

/* Notes that UUID is in POOL.yaml, and returns whether a client has destroyed it before. */
bool was_destroyed(struct disks *disks, enum pool_class class, const char *uuid);

/*
 * Forgets disks that are no longer in POOL.yaml, so that they are back, with their content, if they
 * return to it.
 */
void notes_drop_strangers(struct disks *disks);

#endif
