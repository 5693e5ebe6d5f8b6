/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - see file.h. */
#include "simfs/doors/xapi/pool/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"
#include "simfs/base/own_file.h"
#include "simfs/doors/xapi/pool/internal.h"

#define FILE_VERSION 2

/*
 * A run begins this far beyond the one before, more changes than any client sees; the number of
 * runs is limited by JSON's integers.
 */
#define RUN_CHANGES (UINT64_C(1) << 32)
#define RUNS_MAX    (INT64_MAX / (int64_t)RUN_CHANGES - 1)

static json_t *records_of(struct pool *pool)
{
	json_t *records = json_array();

	for (size_t i = 0; i < POOL_CLASS_COUNT; i++) {
		if (!class_is_kept((enum pool_class)i))
			continue;
		list_for_each (at, &pool->classes[i]) {
			const struct record *record = CONTAINER_OF(at, struct record, in_class);

			json_array_append_new(
				records, json_pack("{s:s s:s s:o}", "class",
						 pool_class_name(record->class), "ref", record->ref,
						 "fields", json_deep_copy(record->fields)));
		}
	}
	return records;
}

static int write_whole(const char *path, const char *text)
{
	AUTO(auto_free) char *part = heap_format("%s.part", path);
	AUTO(auto_close) int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int error = fd < 0 ? -errno : file_write_all(fd, text, strlen(text), 0);

	if (error < 0)
		return error;
	return rename(part, path) < 0 ? -errno : 0;
}

static int save_locked(struct pool *pool, const char *path)
{
	uint64_t changes;
	json_t *file;

	pool_lock(pool);
	changes = pool->kept_changes;
	if (changes == pool->kept) {
		pool_unlock(pool);
		return 0;
	}
	file = json_pack("{s:i s:I s:I s:o s:o}", "version", FILE_VERSION, "seed",
		(json_int_t)pool->seed, "run", (json_int_t)pool->run, "notes",
		json_deep_copy(pool->notes), "records", records_of(pool));
	pool_unlock(pool);

	AUTO(auto_free) char *text = json_dumps(file, JSON_INDENT(1));
	int error = text ? write_whole(path, text) : -ENOMEM;

	json_decref(file);
	if (error == 0)
		pool->kept = changes;
	return error;
}

int pool_file_save(struct pool *pool, const char *path)
{
	pthread_mutex_lock(&pool->file_lock);
	int error = save_locked(pool, path);
	pthread_mutex_unlock(&pool->file_lock);
	return error;
}

static bool record_is_one(struct pool *pool, json_t *entry, enum pool_class *class)
{
	const char *name = json_string_value(json_object_get(entry, "class"));
	const char *ref = json_string_value(json_object_get(entry, "ref"));
	enum pool_class other;

	return name && ref && strlen(ref) < POOL_REF_BYTES &&
	       strncmp(ref, POOL_REF_PREFIX, strlen(POOL_REF_PREFIX)) == 0 &&
	       pool_class_find(name, class) == 0 && pool_class_of(pool, ref, &other) < 0 &&
	       json_is_object(json_object_get(entry, "fields"));
}

static int records_read(struct pool *pool, json_t *file)
{
	json_t *records = json_object_get(file, "records"), *entry;
	json_t *notes = json_object_get(file, "notes");
	json_t *seed = json_object_get(file, "seed");
	json_int_t run = json_integer_value(json_object_get(file, "run"));
	enum pool_class class;
	size_t i;

	if (json_integer_value(json_object_get(file, "version")) != FILE_VERSION || run < 0 ||
		run > RUNS_MAX || !json_is_array(records) || !json_is_object(notes) ||
		!json_is_integer(seed))
		return -EINVAL;
	pool->seed = (uint64_t)json_integer_value(seed);
	pool->run = (uint64_t)run + 1;
	pool->number = pool->run * RUN_CHANGES;
	json_object_update(pool->notes, notes);
	json_array_foreach(records, i, entry)
	{
		if (!record_is_one(pool, entry, &class))
			return -EINVAL;
		record_enter(pool, class, json_string_value(json_object_get(entry, "ref")),
			json_object_get(entry, "fields"));
	}
	pool->forgotten = pool->number;
	/* This is another run, which must be saved before clients see anything it makes. */
	pool->kept_changes++;
	return 0;
}

int pool_file_load(struct pool *pool, const char *path)
{
	AUTO(auto_close) int fd = -1;
	AUTO(auto_fclose) FILE *stream = NULL;
	json_t *file;
	int error = own_file_open(AT_FDCWD, path, O_RDONLY, &fd);

	if (error < 0)
		return error;
	stream = fdopen(fd, "r");
	if (!stream)
		return -errno;
	fd = -1;
	/* json_loadfd() would read byte by byte. */
	file = json_loadf(stream, JSON_REJECT_DUPLICATES, NULL);
	if (!file)
		return -EINVAL;
	pool_lock(pool);
	error = records_read(pool, file);
	pool_unlock(pool);
	json_decref(file);
	return error;
}
