/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faulty.h - blockio that asks the fault plane, and does what it says.
 *
 * It lies over any other body: what no rule strikes goes straight on.  A torn
 * write keeps whole units of the file's alignment.  What is misdirected in the
 * image comes round at its end; in a store it lands further on.
 */
#ifndef SNAPRIG_BLOCKIO_FAULTY_H
#define SNAPRIG_BLOCKIO_FAULTY_H

#include "simfs/blockio/fault_site.h"
#include "simfs/blockio/folder.h"

/* Over the image NEXT, which stays the caller's; into COUNTS goes what reaches it.  Returns 0 or
 * -ENOMEM. */
int faulty_image_create(struct fault_site *site, struct blockio_counts *counts,
	struct blockio *next, struct blockio **ret);

/* The same over the store NEXT of SNAPSHOT ("": of none), which it owns from then on. */
int faulty_store_create(struct fault_site *site, struct blockio_counts *counts,
	const char *snapshot, struct blockio *next, struct blockio **ret);

/* IO, made by that, is from now on of another SNAPSHOT. */
void faulty_store_rename(struct blockio *io, const char *snapshot);

/*
 * Over the folder NEXT, which stays the caller's.  IS_STORE says whether a file
 * is a store and, in SNAPSHOT of SNAPSHOT_BYTES, of which snapshot ("": of none); COUNTS is of
 * them.
 */
int faulty_folder_create(struct fault_site *site, struct blockio_counts *counts,
	struct blockio_folder *next,
	bool (*is_store)(const char *file, char *snapshot, size_t snapshot_bytes),
	struct blockio_folder **ret);

/* Frees what is under way: the backends have dropped it. */
void faulty_forget(struct fault_site *site);

#endif
