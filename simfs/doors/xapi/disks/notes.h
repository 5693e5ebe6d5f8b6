/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes.h - what is kept of the disks beside their records: which there are, and of what names.
 *
 *	"disk KEY"    {sr, is_made, names}: it has a VDI, if only a snapshot of a leaf that is gone
 *	"known UUID"  a VM or VDI of POOL.yaml: when it has no record any more, a client destroyed
 *it
 */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_NOTES_H
#define SNAPRIG_DOORS_XAPI_DISKS_NOTES_H

#include "simfs/doors/xapi/disks/internal.h"

/* With the pool's lock, and the SR's.  DISK is noted as it is; or no more. */
void note_disk(struct disk *disk);
void note_no_disk(struct disks *disks, const char *key);

bool note_has_disk(struct disks *disks, const char *key);
/* Whether some disk that is noted has VDI UUID. */
bool note_has_vdi(struct disks *disks, const char *uuid);
/* The names that disk KEY had; the caller's. */
json_t *note_names(struct disks *disks, const char *key);

/* A disk that a client made. */
struct noted {
	char key[KEY_BYTES];
	struct repository *sr;
	bool has_leaf;
};

/* All of them that lie on SRs of POOL.yaml, *RET_COUNT; free() them. */
struct noted *notes_of_made(struct disks *disks, size_t *ret_count);

/* Remembers that UUID is of POOL.yaml, and says whether a client has destroyed it before. */
bool was_destroyed(struct disks *disks, enum pool_class class, const char *uuid);

/*
 * Disks that have left POOL.yaml are known no more, so that they are there again, with what is on
 * them, when it has them again.
 */
void notes_drop_strangers(struct disks *disks);

#endif
