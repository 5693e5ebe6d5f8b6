/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_power.c - what a power cut undoes.
 *
 *  (1) What completed before a flush of its file was submitted is durable once that flush has
 *      completed. What completed while the flush was in flight may or may not be durable.
 *  (2) Each later write survives, is lost, or is torn: only some of its sectors survive. All
 *      combinations occur.
 *  (3) A file's length follows in order: if a resize is lost, so is everything written later
 *      beyond the length before or after it, whichever is less.
 *  (4) Names follow in order, too: of the changes to the folder since its last sync, the
 *      first few survive. Contents are independent of that: a file may have its new name, and
 *      be empty.
 *  (5) What is never flushed becomes durable on its own, the oldest first, once there is much
 *      of it, as on disks and file systems.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "simfs/blockio/memory_internal.h"

#define SECTOR_BYTES 512u

/* Limits of the records per file and of names per disk; beyond them the oldest become durable. */
#define CHANGE_BYTES_MAX (32u << 20)
#define RENAMES_MAX	 1024u

/* One write, or one resize to OFFSET. */
struct change {
	struct list link;
	uint64_t number;
	bool is_resize;
	uint64_t offset;
	uint64_t length;
	uint8_t bytes[];
};

struct memory_rename {
	struct list link;
	uint64_t number;
	struct memory_file *file;
	char *to; /* NULL: none */
};

/* The random numbers of one power cut, each used once. */
struct chances {
	uint64_t seed;
	uint64_t used;
};

static uint64_t chance(struct chances *chances, uint64_t bound)
{
	return mix_below(chances->seed, chances->used++, bound);
}

static char *name_copy(const char *name)
{
	char *copy = name ? strdup(name) : NULL;

	MUST(!name || copy);
	return copy;
}

static void bytes_put(struct memory_bytes *to, uint64_t offset, const void *bytes, uint64_t length)
{
	if (offset + length > to->size_bytes)
		MUST(memory_bytes_resize(to, offset + length) == 0);
	memcpy(to->bytes + offset, bytes, length);
}

static void bytes_copy(struct memory_bytes *to, const struct memory_bytes *from)
{
	MUST(memory_bytes_resize(to, from->size_bytes) == 0);
	if (from->size_bytes > 0)
		memcpy(to->bytes, from->bytes, from->size_bytes);
}

/* ----------------------------------------------------------------- contents */

static struct change *change_pop(struct memory_file *file)
{
	struct list *link = list_pop(&file->changes);
	struct change *change = link ? CONTAINER_OF(link, struct change, link) : NULL;

	if (change)
		file->change_bytes -= change->length;
	return change;
}

/* Makes the oldest change of FILE durable. */
static void change_settle(struct memory_file *file)
{
	struct change *change = change_pop(file);

	if (change->is_resize)
		MUST(memory_bytes_resize(&file->durable, change->offset) == 0);
	else
		bytes_put(&file->durable, change->offset, change->bytes, change->length);
	free(change);
}

static void change_add(struct memory_disk *disk, struct memory_file *file, bool is_resize,
	uint64_t offset, const void *bytes, size_t length)
{
	struct change *change = malloc(sizeof *change + length);

	MUST(change);
	*change = (struct change){
		.number = ++disk->change_count,
		.is_resize = is_resize,
		.offset = offset,
		.length = length,
	};
	if (length > 0)
		memcpy(change->bytes, bytes, length);
	list_append(&file->changes, &change->link);
	file->change_bytes += length;
	while (file->change_bytes > CHANGE_BYTES_MAX)
		change_settle(file);
}

void memory_note_write(struct memory_disk *disk, struct memory_file *file, uint64_t offset,
	const void *bytes, size_t length)
{
	if (disk->remembers)
		change_add(disk, file, false, offset, bytes, length);
}

void memory_note_resize(struct memory_disk *disk, struct memory_file *file, uint64_t size_bytes)
{
	if (disk->remembers && size_bytes != file->content.size_bytes)
		change_add(disk, file, true, size_bytes, NULL, 0);
}

/* A flush has no offset; until it completes, the field records which changes it makes durable. */
void memory_note_flush(const struct memory_disk *disk, struct blockio_request *flush)
{
	flush->offset = disk->change_count;
}

void memory_flushed(struct memory_file *file, const struct blockio_request *flush)
{
	while (!list_empty(&file->changes) &&
		CONTAINER_OF(file->changes.next, struct change, link)->number <= flush->offset)
		change_settle(file);
}

/* -------------------------------------------------------------------- names */

static void file_drop(struct memory_file *file)
{
	if (!file->name && !file->durable_name)
		memory_file_destroy(file);
}

/* Whether a recorded change to the folder still refers to FILE. */
static bool is_in_renames(struct memory_disk *disk, const struct memory_file *file)
{
	list_for_each (at, &disk->renames) {
		if (CONTAINER_OF(at, struct memory_rename, link)->file == file)
			return true;
	}
	return false;
}

static struct memory_file *find_durable(struct memory_disk *disk, const char *name)
{
	list_for_each (at, &disk->files) {
		struct memory_file *file = CONTAINER_OF(at, struct memory_file, link);

		if (file->durable_name && strcmp(file->durable_name, name) == 0)
			return file;
	}
	return NULL;
}

static void durable_name_set(struct memory_file *file, const char *name)
{
	free(file->durable_name);
	file->durable_name = name_copy(name);
}

/* Makes the oldest change to the folder durable. */
static void rename_settle(struct memory_disk *disk)
{
	struct memory_rename *rename = CONTAINER_OF(
		list_pop(&disk->renames), struct memory_rename, link);
	struct memory_file *replaced = rename->to ? find_durable(disk, rename->to) : NULL;

	disk->rename_count--;
	durable_name_set(rename->file, rename->to);
	if (replaced && replaced != rename->file) {
		durable_name_set(replaced, NULL);
		if (!is_in_renames(disk, replaced))
			file_drop(replaced);
	}
	if (!is_in_renames(disk, rename->file))
		file_drop(rename->file);
	free(rename->to);
	free(rename);
}

void memory_rename(struct memory_disk *disk, struct memory_file *file, const char *to)
{
	struct memory_file *replaced = to ? memory_file_find(disk, to) : NULL;
	char *name = name_copy(to);

	free(file->name);
	file->name = name;
	if (replaced && replaced != file) {
		free(replaced->name);
		replaced->name = NULL;
	}
	if (!disk->remembers) {
		if (replaced && replaced != file)
			memory_file_destroy(replaced);
		if (!name)
			memory_file_destroy(file);
		return;
	}

	struct memory_rename *rename = malloc(sizeof *rename);

	MUST(rename);
	*rename = (struct memory_rename){
		.number = ++disk->renames_ever,
		.file = file,
		.to = name_copy(to),
	};
	list_append(&disk->renames, &rename->link);
	if (++disk->rename_count > RENAMES_MAX)
		rename_settle(disk);
}

void memory_synced(struct memory_disk *disk, uint64_t up_to)
{
	while (!list_empty(&disk->renames) &&
		CONTAINER_OF(disk->renames.next, struct memory_rename, link)->number <= up_to)
		rename_settle(disk);
}

void memory_forget_renames(struct memory_disk *disk)
{
	struct list *link;

	while ((link = list_pop(&disk->renames))) {
		struct memory_rename *rename = CONTAINER_OF(link, struct memory_rename, link);

		free(rename->to);
		free(rename);
	}
	disk->rename_count = 0;
}

void memory_forget(struct memory_file *file)
{
	struct change *change;

	while ((change = change_pop(file)))
		free(change);
	free(file->durable_name);
	free(file->durable.bytes);
	file->durable_name = NULL;
	file->durable = (struct memory_bytes){ 0 };
}

/* ---------------------------------------------------------------- power cut */

void memory_disk_remember(struct memory_disk *disk)
{
	MUST(!disk->remembers && disk->waiting_count == 0);
	disk->remembers = true;
	list_for_each (at, &disk->files) {
		struct memory_file *file = CONTAINER_OF(at, struct memory_file, link);

		durable_name_set(file, file->name);
		bytes_copy(&file->durable, &file->content);
	}
}

/* What happens to one file. */
struct fate {
	struct chances *chances;
	uint64_t share;	    /* of four changes, this many survive */
	uint64_t end_bytes; /* nothing beyond this survives any more */
	uint64_t length;    /* of the file, if nothing had been lost */
};

/* Applies CHANGE, or some of its sectors if IS_TORN, up to where the file may grow. */
static void write_survive(
	struct memory_bytes *durable, const struct change *change, struct fate *fate, bool is_torn)
{
	for (uint64_t at = 0; at < change->length; at += SECTOR_BYTES) {
		uint64_t left = change->length - at;

		if (change->offset + at >= fate->end_bytes)
			return;
		if (is_torn && chance(fate->chances, 2))
			continue;
		bytes_put(durable, change->offset + at, change->bytes + at,
			left < SECTOR_BYTES ? left : SECTOR_BYTES);
	}
}

static void change_survive(struct memory_file *file, const struct change *change, struct fate *fate)
{
	bool survives = chance(fate->chances, 4) < fate->share;
	bool is_torn = !survives && chance(fate->chances, 2);

	if (!change->is_resize) {
		if (survives || is_torn)
			write_survive(&file->durable, change, fate, is_torn);
		if (change->offset + change->length > fate->length)
			fate->length = change->offset + change->length;
		return;
	}
	if (survives && fate->end_bytes == UINT64_MAX) {
		MUST(memory_bytes_resize(&file->durable, change->offset) == 0);
	} else {
		uint64_t end = change->offset < fate->length ? change->offset : fate->length;

		fate->end_bytes = end < fate->end_bytes ? end : fate->end_bytes;
	}
	fate->length = change->offset;
}

static void content_cut(struct memory_file *file, struct chances *chances)
{
	struct fate fate = {
		.chances = chances,
		.share = chance(chances, 5),
		.end_bytes = UINT64_MAX,
		.length = file->durable.size_bytes,
	};
	struct change *change;

	while ((change = change_pop(file))) {
		change_survive(file, change, &fate);
		free(change);
	}
	bytes_copy(&file->content, &file->durable);
}

static void names_cut(struct memory_disk *disk, struct chances *chances)
{
	uint64_t survivors = chance(chances, disk->rename_count + 1);

	while (survivors-- > 0)
		rename_settle(disk);
	memory_forget_renames(disk);
	for (struct list *at = disk->files.next, *next; at != &disk->files; at = next) {
		struct memory_file *file = CONTAINER_OF(at, struct memory_file, link);

		next = at->next;
		free(file->name);
		file->name = name_copy(file->durable_name);
		file_drop(file);
	}
}

void memory_disk_power_cut(struct memory_disk *disk, uint64_t seed)
{
	struct chances chances = { .seed = seed };

	MUST(disk->remembers);
	memory_disk_kill(disk);
	names_cut(disk, &chances);
	list_for_each (at, &disk->files) {
		struct memory_file *file = CONTAINER_OF(at, struct memory_file, link);

		MUST(file->opened == 0);
		content_cut(file, &chances);
	}
}
