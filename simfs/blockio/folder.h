/* SPDX-License-Identifier: Apache-2.0 */
/* folder.h - a folder of files that are read and written through blockio. */
#ifndef SNAPRIG_BLOCKIO_FOLDER_H
#define SNAPRIG_BLOCKIO_FOLDER_H

#include "simfs/blockio/blockio.h"

/*
 * A folder of such files: IMAGE.snaprig/, or its twin in memory.  These calls
 * act at once, but for start_sync.  They touch metadata only and happen when a
 * snapshot is made or deleted, never on the path of a read or a write.
 */
struct blockio_folder {
	const struct blockio_folder_ops *ops;
};

struct blockio_folder_ops {
	/* Required.  Opens NAME; with CREATE it must not exist (-EEXIST). */
	int (*open)(
		struct blockio_folder *folder, const char *name, bool create, struct blockio **ret);

	/* Required.  Opens NAME, made when it is not there, for bytes of any alignment:
	 * what people read, and small things.  They go through the page cache, and
	 * reach the disk later. */
	int (*open_text)(struct blockio_folder *folder, const char *name, struct blockio **ret);

	/* Required.  -ENOENT when it is not there. */
	int (*remove)(struct blockio_folder *folder, const char *name);

	/* Required.  Replaces TO when it exists. */
	int (*rename)(struct blockio_folder *folder, const char *from, const char *to);

	/* Required.  Calls VISIT with each name, in no order, until it returns
	 * non-zero, and returns that; else 0 or -errno. */
	int (*list)(struct blockio_folder *folder, int (*visit)(const char *name, void *context),
		void *context);

	/* Required.  When it answers 0, what was created, removed and renamed
	 * before is durable; without it a power cut may undo the last of that,
	 * in the opposite order.  0 or -errno.  Blocks until the disk has answered:
	 * only where nobody is served, as at a mount. */
	int (*sync)(struct blockio_folder *folder);

	/* Required.  The same while somebody is served: returns at once, and REQUEST's
	 * `done`, which the caller has set, is called from the event loop.  What happens
	 * in the folder meanwhile may then be durable, or not. */
	void (*start_sync)(struct blockio_folder *folder, struct blockio_request *request);

	/* Optional.  What is free where it lies.  0 or -errno. */
	int (*space)(
		struct blockio_folder *folder, uint64_t *ret_blocks, uint64_t *ret_block_bytes);

	/* Required. */
	void (*destroy)(struct blockio_folder *folder);
};

#endif
