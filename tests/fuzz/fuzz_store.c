/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_store.c - any bytes are a store or are refused; never a crash, and never
 * a position outside of the file.
 *
 * Hashes keep a fuzzer out of what lies behind them, so the input says what to
 * make of it:
 *
 *	byte 0		MAKE_* bits
 *	then		the superblock
 *	then		segments: SEGMENT_* bits, a count of records, their block
 *			numbers of two bytes, and (with SEGMENT_EXTRA) a byte of
 *			the header to change and its value; of a summary the runs
 *			in place of the block numbers: block and position of two
 *			bytes, count of one
 *
 * Without MAKE_SEGMENTS the rest of the input lies as it is from unit 1 on.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <xxhash.h>

#include "simfs/base/check.h"
#include "simfs/blockio/memory.h"
#include "simfs/store/store_internal.h"
#include "simfs/volume/volume.h"

#define MAKE_SUPERBLOCK	 1u /* magic, version and hash are right */
#define MAKE_OF_VOLUME	 2u /* it is this volume's */
#define MAKE_SEGMENTS	 4u
#define MAKE_SUMMARY	 8u  /* the superblock names the last summary */
#define MAKE_VERIFIED	 16u /* the store alone is opened with its data verified */
#define MAKE_RESTARTED	 32u /* and on another boot of the machine */
#define MAKE_SMALLEST	 64u /* it is opened under the smallest limits */

#define SEGMENT_GAP	 1u /* its sequence is one too high */
#define SEGMENT_EXTRA	 2u /* one byte of the header is changed before it is hashed */
#define SEGMENT_BAD_HASH 4u
#define SEGMENT_BAD_DATA 8u
#define SEGMENT_CHANGED	 16u
#define SEGMENT_SUMMARY	 32u

#define VOLUME_BYTES	 (256u << 10)
#define FILE_MAX_BYTES	 (4u << 20)

/* Where the volume's file has the volume's id. */
#define VOLUME_ID_OFFSET 16

/* Of a summary: what it has behind its header. */
#define SUMS_MAX	  4096u
#define SUMMARY_BYTES_MAX (3 * STORE_UNIT_BYTES + SUMS_MAX * sizeof(uint32_t))

struct input {
	const uint8_t *data;
	size_t size;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t input_byte(struct input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

static void input_take(struct input *input, void *bytes, size_t length)
{
	size_t taken = length < input->size ? length : input->size;

	memcpy(bytes, input->data, taken);
	input->data += taken;
	input->size -= taken;
}

static uint16_t input_word(struct input *input)
{
	uint16_t low = input_byte(input);

	return (uint16_t)(low | input_byte(input) << 8);
}

/* Fills HEADER with COUNT records, or runs at DATA; returns how long its data are. */
static size_t make_records(struct input *input, struct segment_header *header, uint8_t bits,
	uint8_t count, uint8_t *data)
{
	if (bits & SEGMENT_SUMMARY) {
		header->flags = SEGMENT_FLAG_SUMMARY;
		header->summary.run_count = count;
		memset(data, 0, SUMMARY_BYTES_MAX);
		for (uint8_t i = 0; i < count; i++) {
			struct summary_run run = { .block = input_word(input) };

			run.position = input_word(input);
			run.count = input_byte(input);
			header->summary.block_count += run.count;
			if (run.position != MAP_CHANGED)
				header->summary.sum_count += (uint64_t)run.count *
							     header->block_bytes / STORE_UNIT_BYTES;
			/* A block of odd size puts it anywhere. */
			memcpy(data + i * sizeof run, &run, sizeof run);
		}
		/* More would not fit, and is a lie that must be found out. */
		header->summary.sum_count %= SUMS_MAX + 1;
		memset(data + count * sizeof(struct summary_run), count,
			header->summary.sum_count * sizeof(uint32_t));
		return (count * sizeof(struct summary_run) +
			       header->summary.sum_count * sizeof(uint32_t) + STORE_UNIT_BYTES -
			       1) /
		       STORE_UNIT_BYTES * STORE_UNIT_BYTES;
	}
	header->record_count = count;
	for (uint8_t i = 0; i < count; i++)
		header->blocks[i] = input_word(input);
	if (bits & SEGMENT_CHANGED) {
		header->flags = SEGMENT_FLAG_CHANGED;
		return 0;
	}
	memset(data, count, (size_t)count * header->block_bytes);
	return (size_t)count * header->block_bytes;
}

/* Of what was put at DATA. */
static void make_sums(struct segment_header *header, const uint8_t *data, size_t data_bytes)
{
	uint32_t words = SEGMENT_BODY_WORDS, units = header->block_bytes / STORE_UNIT_BYTES;
	uint32_t records_max = words / (2 + units), data_max;

	if (header->flags & SEGMENT_FLAG_SUMMARY) {
		header->summary.data_hash = XXH3_64bits(data, data_bytes);
		return;
	}
	data_max = header->block_bytes ? SEGMENT_DATA_MAX_BYTES / header->block_bytes : 0;
	if (data_max < records_max)
		records_max = data_max;
	for (size_t i = 0; i < data_bytes / STORE_UNIT_BYTES; i++) {
		if (2 * records_max + i < words)
			header->words[2 * records_max + i] = unit_sum(data + i * STORE_UNIT_BYTES);
	}
}

/* Makes the segment with SEQUENCE at OFFSET of FILE; returns its length, 0 when there is no room.
 */
static size_t make_segment(struct input *input, uint8_t *file, size_t offset, uint64_t sequence,
	uint32_t block_bytes, uint64_t *summary_unit)
{
	struct store_superblock superblock;
	struct segment_header header = { .magic = SEGMENT_MAGIC };
	uint8_t bits = input_byte(input), count = input_byte(input);
	uint8_t *data = file + offset + STORE_UNIT_BYTES;
	size_t data_bytes = (size_t)count * block_bytes;

	if (offset + SUMMARY_BYTES_MAX + data_bytes > FILE_MAX_BYTES)
		return 0;
	memcpy(&superblock, file, sizeof superblock);
	header.store_id = superblock.store_id;
	header.sequence = sequence + (bits & SEGMENT_GAP ? 1 : 0);
	header.unit = offset / STORE_UNIT_BYTES;
	header.block_bytes = block_bytes;
	header.summary.previous_unit = bits & SEGMENT_SUMMARY ? *summary_unit : 0;
	if (bits & SEGMENT_SUMMARY)
		*summary_unit = header.unit;
	data_bytes = make_records(input, &header, bits, count, data);
	make_sums(&header, data, data_bytes);
	if (bits & SEGMENT_BAD_DATA && bits & SEGMENT_SUMMARY)
		header.summary.data_hash++;
	else if (bits & SEGMENT_BAD_DATA && data_bytes > 0)
		data[data_bytes - 1] ^= 1;
	if (bits & SEGMENT_EXTRA) {
		size_t at = input_byte(input);

		((uint8_t *)&header)[at] = input_byte(input);
	}
	header.hash = segment_hash(&header) + (bits & SEGMENT_BAD_HASH ? 1 : 0);
	memcpy(file + offset, &header, sizeof header);
	return STORE_UNIT_BYTES + data_bytes;
}

static void make_superblock(struct store_superblock *superblock, uint8_t bits)
{
	if (!(bits & MAKE_SUPERBLOCK))
		return;
	superblock->magic = STORE_MAGIC;
	superblock->version = STORE_FORMAT_VERSION;
	superblock->hash = superblock_hash(superblock);
}

/* Makes the store's file from INPUT as BITS say; returns its length. */
static size_t make_file(struct input *input, uint8_t bits, uint64_t volume_id, uint8_t *file)
{
	struct store_superblock superblock = { 0 };
	size_t size = STORE_UNIT_BYTES, length;

	input_take(input, &superblock, sizeof superblock);
	if (bits & MAKE_OF_VOLUME) {
		superblock.volume_id = volume_id;
		superblock.volume_bytes = VOLUME_BYTES;
		memset(superblock.name, 0, sizeof superblock.name);
		superblock.name[0] = 's';
	}
	/* One of these that has failed is removed, which this disk cannot while it is open. */
	if (strncmp(superblock.profile, "vss", sizeof superblock.profile) == 0)
		superblock.profile[0] = 'V';
	make_superblock(&superblock, bits);
	memcpy(file, &superblock, sizeof superblock);
	if (!(bits & MAKE_SEGMENTS)) {
		length = input->size;
		input_take(input, file + size, FILE_MAX_BYTES - size);
		return size + (length < FILE_MAX_BYTES - size ? length : FILE_MAX_BYTES - size);
	}

	uint64_t summary_unit = 0;

	for (uint64_t sequence = 1; input->size > 0; sequence++) {
		length = make_segment(input, file, size, sequence,
			superblock.block_bytes > SEGMENT_DATA_MAX_BYTES ? STORE_UNIT_BYTES
									: superblock.block_bytes,
			&summary_unit);
		if (length == 0)
			break;
		size += length;
	}
	if (bits & MAKE_SUMMARY) {
		superblock.summary_unit = summary_unit;
		make_superblock(&superblock, bits);
		memcpy(file, &superblock, sizeof superblock);
	}
	return size;
}

static void put_file(struct blockio_folder *folder, struct memory_disk *disk, const char *name,
	const uint8_t *bytes, size_t size)
{
	struct blockio *io;
	uint64_t size_bytes;

	MUST(folder->ops->open(folder, name, true, &io) == 0);
	MUST(io->ops->resize(io, size) == 0);
	blockio_destroy(io);
	memcpy(memory_disk_bytes(disk, name, &size_bytes), bytes, size);
}

static void close_volume(struct memory_disk *disk, struct volume *volume)
{
	/* Its journal is on its way to the disk. */
	while (memory_disk_step(disk))
		continue;
	MUST(volume_close(volume) == 0);
}

/* What the store alone says of its file. */
static void check_store(struct blockio_folder *folder, uint8_t bits)
{
	struct store_open_options options = {
		.boot_id = bits & MAKE_RESTARTED ? 1 : 0,
		.verify_data = (bits & MAKE_VERIFIED) != 0,
		.limits = bits & MAKE_SMALLEST ? &store_limits_smallest : NULL,
	};
	struct store_findings findings;
	struct store *store = NULL;
	int error = store_open(folder, "s.store", &options, &store, &findings);

	MUST(error != 0 || store);
	if (store && error == 0) {
		const struct store_facts *facts = store_facts(store);
		uint64_t count = facts->volume_bytes / facts->block_bytes, found = 0;

		for (uint64_t block = 0; block < count && block < 65536; block++) {
			uint64_t offset = store_offset(store, block);

			if (offset == 0)
				continue;
			found++;
			if (offset == STORE_CHANGED)
				continue;
			MUST(offset + facts->block_bytes <= store_file_bytes(store));
			MUST(offset + facts->block_bytes <= store_io(store)->size_bytes);
		}
		MUST(found <= store_blocks(store));
	}
	store_destroy(store);
}

/* A request and how it ended; 1 while it has not. */
struct going {
	struct volume_request request;
	int result;
};

static unsigned requests_ended;
static int request_result;

static void request_done(struct volume_request *request, int result)
{
	(void)request;
	requests_ended++;
	request_result = result;
}

/* Reads the snapshot, or writes the live view, all over. */
static void go_over(struct memory_disk *disk, struct volume *volume, struct snapshot *snapshot,
	enum volume_kind kind, char *buffer)
{
	static struct volume_request request;

	request = (struct volume_request){
		.kind = kind,
		.snapshot = snapshot,
		.length = VOLUME_BYTES,
		.buffer = buffer,
		.done = request_done,
	};
	requests_ended = 0;
	volume_submit(volume, &request);
	while (memory_disk_step(disk))
		continue;
	MUST(requests_ended == 1);
	MUST(request_result == 0 || (snapshot && request_result == -EIO));
}

static void check_volume(struct memory_disk *disk, struct blockio *origin,
	struct blockio_folder *folder, const struct store_superblock *found, uint8_t bits,
	char *buffer)
{
	struct volume_options options = {
		.profile = &profile_plain,
		.quiet = true,
		.limits = bits & MAKE_SMALLEST ? &volume_limits_smallest : NULL,
	};
	struct volume *volume;

	if (volume_open(origin, folder, &options, &volume) < 0) {
		/* Only when it says that it is of another topology, or version. */
		MUST(found->role != 0 || superblock_is_of_another_version(found));
		return;
	}

	struct snapshot *snapshot = volume_snapshot_find(volume, "s");

	MUST(snapshot);
	go_over(disk, volume, snapshot, VOLUME_READ, buffer);
	go_over(disk, volume, NULL, VOLUME_WRITE, buffer);
	go_over(disk, volume, snapshot, VOLUME_READ, buffer);
	json_decref(volume_status(volume));
	close_volume(disk, volume);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { .data = data, .size = size };
	struct volume_options options = { .profile = &profile_plain, .quiet = true };
	struct memory_disk *disk;
	struct blockio_folder *folder;
	struct blockio *origin;
	struct volume *volume;
	uint64_t volume_id, size_bytes;
	uint8_t *file = calloc(1, FILE_MAX_BYTES);
	void *buffer;

	MUST(file && posix_memalign(&buffer, BLOCKIO_ALIGNMENT_MAX, VOLUME_BUFFER_BYTES) == 0);
	MUST(memory_disk_create(1, 512, &disk) == 0);
	MUST(memory_folder_create(disk, &folder) == 0);
	MUST(folder->ops->open(folder, "image", true, &origin) == 0);
	MUST(origin->ops->resize(origin, VOLUME_BYTES) == 0);
	MUST(volume_open(origin, folder, &options, &volume) == 0);
	close_volume(disk, volume);
	memcpy(&volume_id, memory_disk_bytes(disk, "volume", &size_bytes) + VOLUME_ID_OFFSET,
		sizeof volume_id);
	memset(buffer, 'x', VOLUME_BUFFER_BYTES);

	uint8_t bits = input_byte(&input);

	put_file(folder, disk, "s.store", file, make_file(&input, bits, volume_id, file));
	check_store(folder, bits);
	check_volume(disk, origin, folder, (struct store_superblock *)file, bits, buffer);
	blockio_destroy(origin);
	folder->ops->destroy(folder);
	memory_disk_destroy(disk);
	free(buffer);
	free(file);
	return 0;
}
