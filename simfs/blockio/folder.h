/* SPDX-License-Identifier: Apache-2.0 */
/* folder.h - a folder of files that are read and written through blockio. */
#ifndef SNAPRIG_BLOCKIO_FOLDER_H
#define SNAPRIG_BLOCKIO_FOLDER_H

#include "simfs/blockio/blockio.h"

/*
 * A folder of such files: IMAGE.snaprig/, or its twin in memory. All calls but start_sync act
 * before they return. They touch only metadata and happen when a snapshot is created or
 * deleted, never on the path of a read or a write.
 */
struct blockio_folder {
	const struct blockio_folder_ops *ops;
};

struct blockio_folder_ops {
	/* Required.  Opens NAME; with CREATE it must not exist (-EEXIST). */
	int (*open)(
		struct blockio_folder *folder, const char *name, bool create, struct blockio **ret);

	/* Required. Opens NAME, creating it if it does not exist, for bytes of any alignment:
	 * small files and those that people read. Writes go through the page cache and reach
	 * the disk later. */
	int (*open_text)(struct blockio_folder *folder, const char *name, struct blockio **ret);

	/* Required. Fails with -ENOENT if it does not exist. */
	int (*remove)(struct blockio_folder *folder, const char *name);

	/* Required. Replaces TO if it exists. */
	int (*rename)(struct blockio_folder *folder, const char *from, const char *to);

	/* Required. Calls VISIT with each name, in no particular order, until it returns
	 * non-zero, and returns that value; else 0 or -errno. */
	int (*list)(struct blockio_folder *folder, int (*visit)(const char *name, void *context),
		void *context);

	/* Required. On success, all earlier creations, removals and renames are durable;
	 * without it a power cut may undo the latest of them, in reverse order. 0 or -errno.
	 * Blocks until the disk has answered, so call it only when the volume is not serving,
	 * as at a mount. */
	int (*sync)(struct blockio_folder *folder);

	/* Required. The same while the volume is serving: returns at once, and REQUEST's
	 * `done`, set by the caller, is called from the event loop. Changes to the folder
	 * made before that may or may not be durable then. */
	void (*start_sync)(struct blockio_folder *folder, struct blockio_request *request);

	/* Optional. The free space on its disk. 0 or -errno. */
	int (*space)(
		struct blockio_folder *folder, uint64_t *ret_blocks, uint64_t *ret_block_bytes);

	/* Required. */
	void (*destroy)(struct blockio_folder *folder);
};

#endif
