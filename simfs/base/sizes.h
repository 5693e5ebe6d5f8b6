/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sizes.h - sizes, shares and durations as people write them.
 *
 *	4096   512s (sectors of 512 bytes)   64KiB   1GiB   10%
 *	20ms   60s   10m   1h
 */
#ifndef SNAPRIG_BASE_SIZES_H
#define SNAPRIG_BASE_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Parses TEXT as a number of bytes.  Returns 0; -EINVAL if it is not a size (sizes_hint() then
 * suggests one); or -ERANGE above 2^63-1.
 */
int size_parse(const char *text, uint64_t *ret);

/* A size that may also be a share of something: "10%" or "64MiB". */
struct size_or_share {
	bool is_share;
	uint64_t bytes;	      /* if it is not a share */
	uint32_t per_million; /* if it is one: 10 % is 100000 */
};

/* As size_parse().  A share may have up to four decimals and may exceed 100 %. */
int size_or_share_parse(const char *text, struct size_or_share *ret);

/* Parses "85%" as 850000 per million.  Returns 0 or -EINVAL. */
int share_parse(const char *text, uint32_t *ret_per_million);

/* Parses a duration.  Returns 0, -EINVAL or -ERANGE. */
int duration_parse(const char *text, uint64_t *ret_ns);

/*
 * Write a value so that the parser of the same name reads it back exactly: "64MiB", "10%", "20ms".
 * Return BUFFER.
 */
const char *size_write(uint64_t bytes, char *buffer, size_t length);
const char *share_write(uint64_t per_million, char *buffer, size_t length);
const char *duration_write(uint64_t ns, char *buffer, size_t length);

/*
 * What the user probably meant by TEXT, for a message's "(try …)": "64MiB" for "64MB", or else an
 * example of a valid size.  Writes to BUFFER and returns it.
 */
const char *size_hint(const char *text, char *buffer, size_t length);

/* Writes BYTES for people: "64 MiB", "1.5 GiB", "512 B".  Returns BUFFER. */
const char *size_format(uint64_t bytes, char *buffer, size_t length);

#endif
