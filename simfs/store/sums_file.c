/* SPDX-License-Identifier: Apache-2.0 */
/* sums_file.c - ID.sums, beside a store whose blocks were written in place (sums.h). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "simfs/base/cleanup.h"
#include "simfs/store/read.h"
#include "simfs/store/scan.h"

/* Per write, and per read when the file is loaded. */
#define BATCH_ENTRIES 256u
#define BATCH_BYTES   (BATCH_ENTRIES * sizeof(struct sums_entry))

static void file_name(const struct store *store, char *buffer, size_t length)
{
	store_sums_name(store->facts.store_id, buffer, length);
}

static uint64_t entry_check(
	const struct store *store, uint64_t unit, const struct sums_entry *entry)
{
	const uint64_t words[] = {
		store->facts.store_id,
		unit,
		(uint64_t)entry->before << 32 | entry->after,
	};

	return XXH3_64bits(words, sizeof words);
}

int sums_file_open(struct store *store)
{
	char name[STORE_SUMS_NAME_BYTES];

	if (store->sums_file)
		return 0;
	file_name(store, name, sizeof name);
	return store->folder->ops->open_text(store->folder, name, &store->sums_file);
}

static int entries_write(struct store *store, uint64_t first, uint64_t count, const uint32_t *after)
{
	struct sums_entry entries[BATCH_ENTRIES];
	int error = sums_file_open(store);

	for (uint64_t done = 0, batch; done < count && error == 0; done += batch) {
		batch = count - done < BATCH_ENTRIES ? count - done : BATCH_ENTRIES;
		for (uint64_t i = 0; i < batch; i++) {
			uint64_t unit = first + done + i;
			uint32_t before = sums_get(&store->sums, unit);

			entries[i].before = before;
			entries[i].after = after ? after[done + i] : before;
			entries[i].check = entry_check(store, unit, &entries[i]);
		}
		error = store->sums_file->ops->transfer_now(store->sums_file, BLOCKIO_WRITE,
			(first + done) * sizeof *entries, entries, batch * sizeof *entries);
		if (store->io->counts) {
			store->io->counts->writes++;
			store->io->counts->written_bytes += batch * sizeof *entries;
		}
	}
	return error;
}

int sums_file_write(struct store *store, uint64_t first, uint64_t count, const uint32_t *after)
{
	int error = entries_write(store, first, count, after);

	/* A write that stopped in the middle of an entry has destroyed it, and its unit may
	 * have no other valid sum. */
	if (error < 0 && store->sums_file && entries_write(store, first, count, NULL) == 0 &&
		!after)
		error = 0;
	return error;
}

void sums_file_close(struct store *store)
{
	blockio_destroy(TAKE_PTR(store->sums_file));
}

void store_sums_name(uint64_t store_id, char *buffer, size_t length)
{
	snprintf(buffer, length, "%016" PRIx64 STORE_SUMS_SUFFIX, store_id);
}

void store_drop_sums(struct store *store)
{
	char name[STORE_SUMS_NAME_BYTES];

	if (!store->has_sums_file)
		return;
	file_name(store, name, sizeof name);
	if (store->sums_file)
		blockio_abandon(TAKE_PTR(store->sums_file));
	/* If it stays, it belongs to no store, and the next mount removes it. */
	(void)store->folder->ops->remove(store->folder, name);
}

/* ------------------------------------------------------------------- loading */

static int data_at(struct window *window, uint64_t unit, uint64_t ahead_bytes, uint32_t *ret)
{
	const void *bytes;
	int error = window_get(
		window, unit * STORE_UNIT_BYTES, STORE_UNIT_BYTES, ahead_bytes, &bytes);

	if (error == 0)
		*ret = unit_sum(bytes);
	return error;
}

/* Applies ENTRY to UNIT, which has data: 0 or -errno. */
static int entry_take(
	struct store *store, struct window *window, uint64_t unit, const struct sums_entry *entry)
{
	uint32_t sum = entry->after;
	int error;

	if (entry->before != entry->after) {
		error = data_at(window, unit, STORE_UNIT_BYTES, &sum);
		if (error < 0)
			return error;
	}
	sums_set(&store->sums, unit, sum);
	if (entry->before == entry->after || store->is_read_only)
		return 0;
	return sums_file_write(store, unit, 1, NULL);
}

static void entry_is_bad(struct store_findings *findings, uint64_t unit)
{
	if (findings->bad_sums++ == 0)
		findings->bad_sums_offset = unit * sizeof(struct sums_entry);
}

static int entries_take(struct store *store, struct window *window, uint64_t first,
	const struct sums_entry *entries, struct store_findings *findings)
{
	int error = 0;

	for (uint64_t i = 0; i < BATCH_ENTRIES && error == 0; i++) {
		const struct sums_entry *entry = &entries[i];
		uint64_t unit = first + i;

		if (entry->check == 0 && entry->before == 0 && entry->after == 0)
			continue;
		if (entry->check != entry_check(store, unit, entry))
			entry_is_bad(findings, unit);
		else if (sums_get(&store->sums, unit) != SUM_NONE)
			error = entry_take(store, window, unit, entry);
	}
	return error;
}

/* Loads all of FILE, and truncates entries for units that will be appended later. */
static int file_load(struct store *store, struct blockio *file, struct window *window,
	struct store_findings *findings)
{
	uint64_t end_bytes = store->acknowledged_end_unit * sizeof(struct sums_entry);
	void *memory = NULL;
	int error = 0;

	if (posix_memalign(&memory, BLOCKIO_ALIGNMENT_MAX, BATCH_BYTES) != 0)
		return -ENOMEM;

	AUTO(auto_free) struct sums_entry *entries = memory;
	uint64_t data_end = 0;

	for (uint64_t at = 0; at < file->size_bytes && at < end_bytes && error == 0;
		at += BATCH_BYTES) {
		/* Most of it may be a hole. */
		if (at >= data_end && file->ops->next_data) {
			uint64_t data_first;

			if (!file->ops->next_data(file, at, &data_first, &data_end))
				break;
			if (data_first > at)
				at = data_first / BATCH_BYTES * BATCH_BYTES;
		}
		error = blockio_do(file, BLOCKIO_READ, at, entries, BATCH_BYTES);
		if (error == 0)
			error = entries_take(
				store, window, at / sizeof *entries, entries, findings);
	}
	if (error == 0 && file->size_bytes > end_bytes && !store->is_read_only)
		error = file->ops->resize(file, end_bytes);
	return error;
}

/* Whatever the data are becomes valid. */
static int take_as_found(
	struct store *store, struct window *window, struct store_findings *findings)
{
	int error = 0;

	for (uint64_t unit = 1; unit < store->acknowledged_end_unit && error == 0; unit++) {
		uint32_t found = SUM_NONE;

		if (sums_get(&store->sums, unit) == SUM_NONE)
			continue;
		error = data_at(window, unit, WINDOW_BYTES, &found);
		if (error < 0 || found == sums_get(&store->sums, unit))
			continue;
		sums_set(&store->sums, unit, found);
		findings->units_as_found++;
		if (!store->is_read_only)
			error = sums_file_write(store, unit, 1, NULL);
	}
	return error;
}

int sums_file_load(
	struct store *store, struct window *window, bool as_found, struct store_findings *findings)
{
	char name[STORE_SUMS_NAME_BYTES];
	struct blockio *file;
	int error;

	if (!store->has_sums_file)
		return 0;
	file_name(store, name, sizeof name);
	error = store->folder->ops->open(store->folder, name, false, &file);
	/* Without the file, blocks written in place are detected when they are read. */
	if (error == 0) {
		error = file_load(store, file, window, findings);
		blockio_destroy(file);
	} else if (error == -ENOENT) {
		findings->has_lost_sums = !as_found;
		error = 0;
	}
	if (error == 0 && as_found)
		error = take_as_found(store, window, findings);
	return error;
}
