/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_folder.c - a state folder that was changed in any way is opened or refused:
 * never a crash, and never a wrong byte in what is shown as intact.
 *
 * It has two snapshots of a small volume, and is closed orderly.  The input says
 * how its files are changed before it is opened again:
 *
 *	byte 0		1: a chain (xen), else copy-on-write (plain); 2, 4: it is
 *			made, and opened again, under the smallest limits; 8: blocks
 *			are written in place (with copy-on-write: lvm), so that there
 *			are files of sums
 *	then		edits of four bytes each: what and to which file, and two
 *			numbers, explained in edit()
 *
 * fuzz_store.c makes its own stores; this target is about the volume's record, the names of
 * the coalesce worker's journals, lost snapshots, the files of the journal, and about how all
 * of them fit together.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/blockio/memory.h"
#include "simfs/volume/core.h"
#include "simfs/volume/request.h"
#include "tests/lib/engine_folder.h"

#define VOLUME_BYTES (64u << 10)
#define FILES_MAX    32
#define SNAPSHOTS    2
#define PART_OFFSET  6144u
#define PART_BYTES   12800u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct memory_disk *disk;
static struct blockio_folder *folder;
static struct blockio *origin;
static char *buffer;

/* The content of each snapshot and of the live view when they were closed. */
static uint8_t held[SNAPSHOTS + 1][VOLUME_BYTES];
static const char *const snapshot_names[SNAPSHOTS] = { "a", "b" };

/* ---- doing things ---- */

static int last_result;
static unsigned ended;

static void settle(void)
{
	while (memory_disk_step(disk))
		continue;
}

static void request_done(struct volume_request *request, int result)
{
	(void)request;
	ended++;
	last_result = result;
}

static int go_over(struct volume *volume, struct snapshot *snapshot, enum volume_kind kind)
{
	static struct volume_request request;

	request = (struct volume_request){
		.kind = kind,
		.snapshot = snapshot,
		.length = VOLUME_BYTES,
		.buffer = buffer,
		.done = request_done,
	};
	ended = 0;
	volume_submit(volume, &request);
	settle();
	MUST(ended == 1);
	if (kind == VOLUME_READ && last_result == 0)
		memmove(buffer, request.data, VOLUME_BYTES);
	return last_result;
}

/* Writes a part that is not aligned to blocks. */
static void write_part(
	struct volume *volume, struct snapshot *snapshot, size_t index, uint8_t stamp)
{
	static struct volume_request request;

	memset(buffer, stamp, PART_BYTES);
	memset(held[index] + PART_OFFSET, stamp, PART_BYTES);
	request = (struct volume_request){
		.kind = VOLUME_WRITE,
		.snapshot = snapshot,
		.offset = PART_OFFSET,
		.length = PART_BYTES,
		.buffer = buffer,
		.done = request_done,
	};
	ended = 0;
	volume_submit(volume, &request);
	settle();
	MUST(ended == 1 && last_result == 0);
}

static void write_live(struct volume *volume, uint8_t stamp)
{
	/* Each time a little less, so that views contain bytes of all ages. */
	for (size_t i = 0; i < VOLUME_BYTES; i++)
		buffer[i] = (char)(i / 4096 >= stamp * 3u ? stamp : held[SNAPSHOTS][i]);
	memcpy(held[SNAPSHOTS], buffer, VOLUME_BYTES);
	MUST(go_over(volume, NULL, VOLUME_WRITE) == 0);
}

static void created(struct snapshot_create *create, int result)
{
	(void)create;
	ended++;
	last_result = result;
}

static void take(struct volume *volume, size_t index)
{
	static struct snapshot_create create;

	create = (struct snapshot_create){ .name = snapshot_names[index], .done = created };
	ended = 0;
	volume_snapshot_create(volume, &create);
	settle();
	MUST(ended == 1 && last_result == 0);
	memcpy(held[index], held[SNAPSHOTS], VOLUME_BYTES);
}

static void make(const struct volume_options *options, bool is_rewritten)
{
	struct volume *volume;

	memset(held, 0, sizeof held);
	MUST(volume_open(origin, folder, options, &volume) == 0);
	write_live(volume, 1);
	take(volume, 0);
	write_live(volume, 2);
	take(volume, 1);
	write_live(volume, 3);
	for (uint8_t stamp = 4; is_rewritten && stamp < 6; stamp++) {
		write_part(volume, NULL, SNAPSHOTS, stamp);
		if (!options->profile->chain)
			write_part(volume, volume_snapshot_find(volume, "b"), 1, stamp);
	}
	volume_stop(volume);
	settle();
	MUST(volume_close(volume) == 0);
}

/* ---- what happens to the folder ---- */

struct names {
	char names[FILES_MAX][128];
	size_t count;
};

static int add_name(const char *name, void *context)
{
	struct names *names = context;

	/* The rig does not check the image. */
	if (strcmp(name, "image") != 0 && names->count < FILES_MAX)
		snprintf(names->names[names->count++], sizeof names->names[0], "%s", name);
	return 0;
}

static void put(const char *name, size_t size)
{
	struct blockio *io;

	if (folder->ops->open(folder, name, true, &io) < 0)
		return;
	MUST(io->ops->resize(io, size) == 0);
	blockio_destroy(io);
}

/* A name that could occur in the folder. */
static void name_for(uint8_t number, const char *like, char *name, size_t length)
{
	static const char *const patterns[] = { "%.16s.new", "coalesce_%.16s", "relink_%.16s",
		"leaf_%.16s", "%.16s", "%.16s.lost", "a.lost", "b.store", "c.store", "volume",
		"events.jsonl", "events.old.jsonl", "%.16s.store", "%.16s.node" };

	snprintf(name, length, patterns[number % (sizeof patterns / sizeof patterns[0])], like);
}

static void edit(uint8_t what, uint8_t one, uint8_t two)
{
	struct names names = { 0 };
	const char *name;
	char other[160];
	uint64_t size;
	uint8_t *bytes;

	MUST(folder->ops->list(folder, add_name, &names) == 0);
	if (names.count == 0)
		return;
	name = names.names[what / 8 % names.count];
	name_for(two, name, other, sizeof other);
	bytes = memory_disk_bytes(disk, name, &size);
	switch (what % 8) {
	case 0: /* byte ONE of block TWO is changed */
	case 1:
		if (one + two * 256ull < size)
			bytes[one + two * 256ull] ^= (uint8_t)(what | 1);
		break;
	case 2: /* it is truncated at sector ONE */
		if (one * 512ull < size) {
			struct blockio *io;

			MUST(folder->ops->open(folder, name, false, &io) == 0);
			MUST(io->ops->resize(io, one * 512ull) == 0);
			blockio_destroy(io);
		}
		break;
	case 3:
		folder->ops->remove(folder, name);
		break;
	case 4:
		folder->ops->rename(folder, name, other);
		break;
	case 5:
		put(other, one * 512ull);
		break;
	case 6: /* two of its blocks are exchanged */
		if ((one > two ? one : two) * 4096ull + 4096 <= size) {
			memcpy(buffer, bytes + one * 4096ull, 4096);
			memmove(bytes + one * 4096ull, bytes + two * 4096ull, 4096);
			memcpy(bytes + two * 4096ull, buffer, 4096);
		}
		break;
	case 7: /* zeros */
		if (one * 512ull + 512 <= size)
			memset(bytes + one * 512ull, 0, 512);
		break;
	}
}

/* ---- what is left ---- */

static void check(const struct volume_options *options)
{
	bool is_chain = options->profile->chain;
	struct volume *volume;
	int error = volume_open(origin, folder, options, &volume);

	MUST(error <= 0);
	if (error < 0)
		return;
	for (size_t i = 0; i < SNAPSHOTS; i++) {
		struct snapshot *snapshot = volume_snapshot_find(volume, snapshot_names[i]);

		/* Whole files of a chain may be missing, which cannot be detected. */
		if (snapshot && go_over(volume, snapshot, VOLUME_READ) == 0)
			MUST(is_chain || memcmp(buffer, held[i], VOLUME_BYTES) == 0);
	}
	MUST(go_over(volume, NULL, VOLUME_READ) == 0 || is_chain);
	MUST(is_chain || memcmp(buffer, held[SNAPSHOTS], VOLUME_BYTES) == 0);
	(void)go_over(volume, NULL, VOLUME_WRITE);
	volume_coalesce(volume, false);
	for (unsigned i = 0; i < 64; i++) {
		settle();
		clock_step_to(clock_now_ns() + NS_PER_S);
		if (volume_due_ns(volume) <= clock_now_ns())
			volume_tick(volume);
	}
	json_decref(volume_status(volume));
	volume_stop(volume);
	settle();
	MUST(volume_idle(volume));
	(void)volume_close(volume);
}

/* Returns whether the first byte has BIT. */
static bool data_bit(const uint8_t *data, size_t size, uint8_t bit)
{
	return size > 0 && (data[0] & bit) != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct volume_options options = {
		.profile = data_bit(data, size, 1)   ? &profile_xen
			   : data_bit(data, size, 8) ? &profile_lvm
						     : &profile_plain,
		.quiet = true,
	};
	void *memory;

	clock_step_to(NS_PER_S);
	MUST(posix_memalign(&memory, BLOCKIO_ALIGNMENT_MAX, VOLUME_BUFFER_BYTES) == 0);
	buffer = memory;
	MUST(memory_disk_create(1, 512, &disk) == 0);
	/* The files that coalesce merges are removed while they are open. */
	folder = engine_folder_create(disk, 1, 512);
	MUST(folder->ops->open(folder, "image", true, &origin) == 0);
	MUST(origin->ops->resize(origin, VOLUME_BYTES) == 0);
	options.limits = data_bit(data, size, 2) ? &volume_limits_smallest : NULL;
	make(&options, data_bit(data, size, 8));
	for (size_t at = 1; at + 3 <= size && at < 64; at += 3)
		edit(data[at], data[at + 1], data[at + 2]);
	options.limits = data_bit(data, size, 4) ? &volume_limits_smallest : NULL;
	check(&options);
	blockio_destroy(origin);
	folder->ops->destroy(folder);
	memory_disk_destroy(disk);
	free(buffer);
	return 0;
}
