/* SPDX-License-Identifier: Apache-2.0 */
/* memory_internal.h - shared by the files of the memory backend only. */
#ifndef SNAPRIG_BLOCKIO_MEMORY_INTERNAL_H
#define SNAPRIG_BLOCKIO_MEMORY_INTERNAL_H

#include "simfs/blockio/memory.h"

struct memory_bytes {
	uint8_t *bytes;
	uint64_t size_bytes;
	uint64_t room_bytes; /* grows by half: appending is not quadratic */
};

struct memory_file {
	char *name; /* NULL: removed, but a power cut may bring it back */
	struct memory_bytes content;
	unsigned opened;
	struct list link;

	/* As in struct blockio_facts; time is a count of changes. */
	uint64_t number, modified, changed;

	/* For memory_power.c, while the disk records changes. */
	char *durable_name; /* NULL: none */
	struct memory_bytes durable;
	struct list changes; /* struct change.link, oldest first */
	uint64_t change_bytes;
};

struct memory_fault {
	enum blockio_kind kind;
	uint64_t skip;	/* requests of this kind still to let through */
	uint64_t count; /* requests still to fail */
	uint64_t failed;
	int error;
	bool is_short; /* part of the request is transferred */
};

struct memory_disk {
	uint64_t seed;
	uint64_t steps;
	uint32_t alignment_bytes;
	struct list files;
	struct list waiting; /* struct blockio_request.link */
	uint64_t waiting_count;
	uint64_t file_count; /* ever created */
	uint64_t completed[BLOCKIO_KINDS];
	struct memory_fault fault;
	const char *fault_suffix; /* NULL: any file */

	/* For memory_power.c. */
	bool remembers;
	uint64_t change_count;
	struct list renames; /* struct memory_rename.link, oldest first */
	uint64_t rename_count, renames_ever;
};

struct memory_blockio {
	struct blockio io;
	struct memory_disk *disk;
	struct memory_file *file;
};

static inline struct memory_blockio *memory_of(struct blockio *io)
{
	return CONTAINER_OF(io, struct memory_blockio, io);
}

/* memory.c */
int memory_bytes_resize(struct memory_bytes *content, uint64_t size_bytes);
int memory_wrap(struct memory_disk *disk, struct memory_file *file, struct blockio **ret);

/* Call before the content of FILE changes. */
void memory_touch(struct memory_file *file);

/* memory_folder.c */
struct memory_file *memory_file_find(struct memory_disk *disk, const char *name);
void memory_file_destroy(struct memory_file *file);

/* memory_power.c: call just before a file is changed or flushed; no effect unless the disk
 * records changes. */
void memory_note_write(struct memory_disk *disk, struct memory_file *file, uint64_t offset,
	const void *bytes, size_t length);
void memory_note_resize(struct memory_disk *disk, struct memory_file *file, uint64_t size_bytes);
void memory_note_flush(const struct memory_disk *disk, struct blockio_request *flush);

/* FLUSH has succeeded. */
void memory_flushed(struct memory_file *file, const struct blockio_request *flush);

/*
 * Gives FILE the name TO (NULL: none), taking it from the file that has it, if any. A file
 * left without a name is destroyed, unless a power cut may bring it back.
 */
void memory_rename(struct memory_disk *disk, struct memory_file *file, const char *to);

/* The first UP_TO changes ever made to the folder are durable. */
void memory_synced(struct memory_disk *disk, uint64_t up_to);

/* Forgets all records of FILE, or of the folder's changes. */
void memory_forget(struct memory_file *file);
void memory_forget_renames(struct memory_disk *disk);

#endif
