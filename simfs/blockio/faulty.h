/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faulty.h - blockio that asks the fault plane, and does what it says.
 *
 * It lies over any other backend; a transfer that no rule strikes passes straight through. A
 * torn write keeps whole units of the file's alignment. A misdirected transfer wraps at the
 * end of an image; in a store it lands further on.
 */
#ifndef SNAPRIG_BLOCKIO_FAULTY_H
#define SNAPRIG_BLOCKIO_FAULTY_H

#include "simfs/blockio/fault_site.h"
#include "simfs/blockio/folder.h"

/* Wraps the image NEXT, which stays the caller's. What reaches it is counted in COUNTS.
 * Returns 0 or -ENOMEM. */
int faulty_image_create(struct fault_site *site, struct blockio_counts *counts,
	struct blockio *next, struct blockio **ret);

/* The same for the store NEXT of SNAPSHOT ("" for none), which it then owns. */
int faulty_store_create(struct fault_site *site, struct blockio_counts *counts,
	const char *snapshot, struct blockio *next, struct blockio **ret);

/* From now on IO, created by faulty_store_create(), belongs to SNAPSHOT. */
void faulty_store_rename(struct blockio *io, const char *snapshot);

/*
 * Wraps the folder NEXT, which stays the caller's. IS_STORE says whether a file is a store
 * and writes the name of its snapshot ("" for none) to SNAPSHOT of SNAPSHOT_BYTES. Transfers
 * of stores are counted in COUNTS.
 */
int faulty_folder_create(struct fault_site *site, struct blockio_counts *counts,
	struct blockio_folder *next,
	bool (*is_store)(const char *file, char *snapshot, size_t snapshot_bytes),
	struct blockio_folder **ret);

/* Frees the transfers in flight; the backends must have dropped them already. */
void faulty_forget(struct fault_site *site);

#endif
