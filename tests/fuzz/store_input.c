/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/store_input.h"

#include <string.h>

#include <xxhash.h>

#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"
#include "simfs/volume/owner.h"

#define SUMS_BEFORE	 1u /* the sum before is that of the data */
#define SUMS_AFTER	 2u
#define SUMS_BAD_CHECK	 4u

#define SEGMENT_GAP	 1u /* its sequence is one too high */
#define SEGMENT_EXTRA	 2u /* one byte of the header is changed before it is hashed */
#define SEGMENT_BAD_HASH 4u
#define SEGMENT_BAD_DATA 8u
#define SEGMENT_CHANGED	 16u
#define SEGMENT_SUMMARY	 32u

/* Limits on the data after the header of a summary. */
#define SUMS_MAX	  4096u
#define SUMMARY_BYTES_MAX (3 * STORE_UNIT_BYTES + SUMS_MAX * sizeof(uint32_t))

uint8_t input_byte(struct input *input)
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

/* Computes the sums of the data in FILE that RUN refers to. */
static void make_run_sums(const struct summary_run *run, uint32_t block_bytes, const uint8_t *file,
	uint32_t *sums, uint64_t *sum_count)
{
	uint64_t end = run->position + (uint64_t)run->count * block_bytes / STORE_UNIT_BYTES;

	if (run->position == MAP_CHANGED)
		return;
	for (uint64_t unit = run->position; unit < end; unit++) {
		/* More would not fit; the false count must be detected. */
		if (*sum_count < SUMS_MAX)
			sums[(*sum_count)++] = unit < INPUT_FILE_MAX_BYTES / STORE_UNIT_BYTES
						       ? unit_sum(file + unit * STORE_UNIT_BYTES)
						       : 0;
	}
}

/* Fills HEADER with COUNT runs at DATA, in FILE; returns their length. */
static size_t make_runs(struct input *input, struct segment_header *header, uint8_t count,
	const uint8_t *file, uint8_t *data)
{
	uint32_t sums[SUMS_MAX];
	uint64_t sum_count = 0;

	header->flags = SEGMENT_FLAG_SUMMARY;
	header->summary.run_count = count;
	memset(data, 0, SUMMARY_BYTES_MAX);
	for (uint8_t i = 0; i < count; i++) {
		struct summary_run run = { .block = input_word(input) };

		run.position = input_word(input);
		run.count = input_byte(input);
		header->summary.block_count += run.count;
		make_run_sums(&run, header->block_bytes, file, sums, &sum_count);
		/* An odd block size may put it at any address. */
		memcpy(data + i * sizeof run, &run, sizeof run);
	}
	header->summary.sum_count = sum_count;
	memcpy(data + count * sizeof(struct summary_run), sums, sum_count * sizeof *sums);
	return (count * sizeof(struct summary_run) + sum_count * sizeof *sums + STORE_UNIT_BYTES -
		       1) /
	       STORE_UNIT_BYTES * STORE_UNIT_BYTES;
}

/* Fills HEADER with COUNT records; returns the length of their data, which it makes at DATA. */
static size_t make_records(struct input *input, struct segment_header *header, uint8_t bits,
	uint8_t count, uint8_t *data)
{
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

/* Computes the sums of the bytes at DATA. */
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

/* Makes the segment with SEQUENCE at OFFSET of FILE; returns its length, 0 if there is no room. */
static size_t make_segment(struct input *input, uint8_t *file, size_t offset, uint64_t sequence,
	uint32_t block_bytes, uint64_t *summary_unit)
{
	struct store_superblock superblock;
	struct segment_header header = { .magic = SEGMENT_MAGIC };
	uint8_t bits = input_byte(input), count = input_byte(input);
	uint8_t *data = file + offset + STORE_UNIT_BYTES;
	size_t data_bytes = (size_t)count * block_bytes;

	if (offset + STORE_UNIT_BYTES + SUMMARY_BYTES_MAX + data_bytes > INPUT_FILE_MAX_BYTES)
		return 0;
	memcpy(&superblock, file, sizeof superblock);
	header.store_id = superblock.store_id;
	header.sequence = sequence + (bits & SEGMENT_GAP ? 1 : 0);
	header.unit = offset / STORE_UNIT_BYTES;
	header.block_bytes = block_bytes;
	header.summary.previous_unit = bits & SEGMENT_SUMMARY ? *summary_unit : 0;
	if (bits & SEGMENT_SUMMARY)
		*summary_unit = header.unit;
	data_bytes = bits & SEGMENT_SUMMARY ? make_runs(input, &header, count, file, data)
					    : make_records(input, &header, bits, count, data);
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

static void take_sums(struct input *input, struct sums_edits *sums)
{
	sums->count = input_byte(input);
	for (uint8_t i = 0; i < sums->count; i++) {
		sums->edits[i].bits = input_byte(input);
		sums->edits[i].unit = input_word(input) % (INPUT_FILE_MAX_BYTES / STORE_UNIT_BYTES);
	}
}

size_t input_make_store(struct input *input, uint8_t bits, uint64_t volume_id, uint8_t *file,
	struct sums_edits *sums)
{
	struct store_superblock superblock = { 0 };
	size_t size = STORE_UNIT_BYTES, length;

	input_take(input, &superblock, sizeof superblock);
	if (bits & MAKE_OF_VOLUME) {
		superblock.volume_id = volume_id;
		superblock.volume_bytes = INPUT_VOLUME_BYTES;
		memset(superblock.name, 0, sizeof superblock.name);
		superblock.name[0] = 's';
		/* The right number for its kind, unless the input gives another one. */
		if (superblock.owner_length == 0)
			superblock.owner_length = owner_length(superblock.owner_kind);
	}
	/* A failed snapshot of VSS is removed, which this disk cannot do to an open file. */
	if (strncmp(superblock.profile, "vss", sizeof superblock.profile) == 0)
		superblock.profile[0] = 'V';
	if (bits & MAKE_SUMS) {
		superblock.flags |= STORE_FLAG_SUMS;
		take_sums(input, sums);
	}
	make_superblock(&superblock, bits);
	memcpy(file, &superblock, sizeof superblock);
	if (!(bits & MAKE_SEGMENTS)) {
		length = input->size;
		input_take(input, file + size, INPUT_FILE_MAX_BYTES - size);
		return size + (length < INPUT_FILE_MAX_BYTES - size ? length
								    : INPUT_FILE_MAX_BYTES - size);
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

size_t input_make_sums(
	const struct sums_edits *sums, const uint8_t *file, struct sums_entry *entries)
{
	const struct store_superblock *superblock = (const struct store_superblock *)file;
	size_t length = 0;

	for (uint8_t i = 0; i < sums->count; i++) {
		uint8_t edit = sums->edits[i].bits;
		uint16_t unit = sums->edits[i].unit;
		uint32_t sum = unit_sum(file + (size_t)unit * STORE_UNIT_BYTES);
		struct sums_entry entry = {
			.before = edit & SUMS_BEFORE ? sum : i,
			.after = edit & SUMS_AFTER ? sum : i,
		};
		uint64_t words[] = { superblock->store_id, unit,
			(uint64_t)entry.before << 32 | entry.after };

		entry.check = XXH3_64bits(words, sizeof words) + (edit & SUMS_BAD_CHECK);
		entries[unit] = entry;
		if (length < (unit + 1u) * sizeof entry)
			length = (unit + 1u) * sizeof entry;
	}
	return length;
}
