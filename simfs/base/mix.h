/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mix.h - a stateless 64-bit mixer (the finaliser of splitmix64).
 *
 * All chance and all test content come from mix64() of a seed and an index, so any value can be
 * computed again without replaying what came before.
 */
#ifndef SNAPRIG_BASE_MIX_H
#define SNAPRIG_BASE_MIX_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t mix64(uint64_t x)
{
	x += 0x9E3779B97F4A7C15ull;
	x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
	x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
	return x ^ (x >> 31);
}

/* A number in [0, BOUND), BOUND > 0.  The bias is below BOUND / 2^64. */
static inline uint64_t mix_below(uint64_t seed, uint64_t index, uint64_t bound)
{
	return mix64(seed ^ mix64(index)) % bound;
}

/*
 * Fills LENGTH bytes (a multiple of 8) with the content of stream SEED at byte OFFSET (a multiple
 * of 8).  The same range always gets the same bytes.
 */
static inline void mix_fill(void *buffer, size_t length, uint64_t seed, uint64_t offset)
{
	unsigned char *bytes = buffer;

	for (size_t at = 0; at < length; at += sizeof(uint64_t)) {
		uint64_t word = mix64(seed ^ (offset + at));

		memcpy(bytes + at, &word, sizeof word);
	}
}

#endif
