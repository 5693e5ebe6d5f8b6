/* SPDX-License-Identifier: Apache-2.0 */
/* engine_folder_internal.h - shared by the two files of engine_folder.h only. */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_FOLDER_INTERNAL_H
#define SNAPRIG_TESTS_LIB_ENGINE_FOLDER_INTERNAL_H

#include "tests/lib/engine_folder.h"

#define ENGINE_NAME_BYTES 128

struct engine_folder {
	struct blockio_folder folder;
	struct blockio_folder *memory;
	uint64_t seed;
	uint64_t listings;
	uint32_t alignment_bytes;
	unsigned removed_count;
	uint64_t abandoned_count;
	bool tells_holes;
	bool holds_syncs;
	struct list opened; /* struct engine_file.link */
	struct list syncs;  /* struct engine_sync.link, including those that a kill has dropped */
	struct {
		uint64_t skip, count, failed;
		int error;
	} fault;
	void (*watch)(void *context, const char *name, const struct blockio_request *request);
	void *watch_context;
};

/* One opening of a file. */
struct engine_file {
	struct blockio io;
	struct blockio *memory;
	struct engine_folder *folder;
	char name[ENGINE_NAME_BYTES]; /* its current name on the disk */
	bool is_removed;
	struct list link;
};

/* Returns an opening of the file that is NAME on the disk, or NULL. */
struct engine_file *engine_file_find(struct engine_folder *folder, const char *name);

/* Wraps MEMORY, an opening of NAME, and takes it over. */
struct blockio *engine_file_wrap(struct engine_folder *folder, const char *name,
	uint32_t alignment_bytes, struct blockio *memory);

#endif
