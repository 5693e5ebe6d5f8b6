/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_input.h - makes a store and its sums from a fuzzer's input.
 *
 * A fuzzer cannot guess hashes, so the input only says what to make:
 *
 *	byte 0		MAKE_* bits
 *	then		the superblock
 *	then		with MAKE_SUMS the file of sums: a count of entries, and for each
 *			SUMS_* bits and its unit, in two bytes
 *	then		segments: SEGMENT_* bits, a count of records, their block
 *			numbers in two bytes, and (with SEGMENT_EXTRA) a byte of
 *			the header to change and its value; a summary has runs
 *			instead of block numbers: block and position in two
 *			bytes each, count in one
 *
 * Without MAKE_SEGMENTS, the rest of the input is copied unchanged from unit 1 on.
 */
#ifndef SNAPRIG_TESTS_FUZZ_STORE_INPUT_H
#define SNAPRIG_TESTS_FUZZ_STORE_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "simfs/store/sums.h"

#define MAKE_SUPERBLOCK	     1u /* magic, version and hash are valid */
#define MAKE_OF_VOLUME	     2u /* it is this volume's */
#define MAKE_SEGMENTS	     4u
#define MAKE_SUMMARY	     8u	 /* the superblock names the last summary */
#define MAKE_VERIFIED	     16u /* the store alone is opened with verification of its data */
#define MAKE_RESTARTED	     32u /* and on another boot of the machine */
#define MAKE_SMALLEST	     64u /* it is opened under the smallest limits */
#define MAKE_SUMS	     128u

#define INPUT_VOLUME_BYTES   (256u << 10)
#define INPUT_FILE_MAX_BYTES (4u << 20)

struct input {
	const uint8_t *data;
	size_t size;
};

/* The entries of the file of sums. */
struct sums_edits {
	struct {
		uint8_t bits;
		uint16_t unit;
	} edits[UINT8_MAX];
	uint8_t count;
};

uint8_t input_byte(struct input *input);

/* Makes a store of the volume VOLUME_ID in FILE, which is all zeros, as BITS say; returns its
 * length. */
size_t input_make_store(struct input *input, uint8_t bits, uint64_t volume_id, uint8_t *file,
	struct sums_edits *sums);

/* Makes the entries of ID.sums for FILE in ENTRIES, which is large enough and all zeros; returns
 * their length. */
size_t input_make_sums(
	const struct sums_edits *sums, const uint8_t *file, struct sums_entry *entries);

#endif
