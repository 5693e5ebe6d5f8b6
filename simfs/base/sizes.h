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
 * Reads TEXT as a number of bytes.  Returns 0, -EINVAL when it is no size
 * (sizes_hint() then says what would be), or -ERANGE beyond 2^63-1.
 */
int size_parse(const char *text, uint64_t *ret);

/* A size that may also be a share of something: "10%" or "64MiB". */
struct size_or_share {
	bool is_share;
	uint64_t bytes;	      /* when it is no share */
	uint32_t per_million; /* when it is one: 10 % is 100000 */
};

/* As size_parse(); a share may have up to four decimals and may pass 100 %. */
int size_or_share_parse(const char *text, struct size_or_share *ret);

/* Reads "85%" as 850000 per million.  Returns 0 or -EINVAL. */
int share_parse(const char *text, uint32_t *ret_per_million);

/* Reads a duration.  Returns 0, -EINVAL or -ERANGE. */
int duration_parse(const char *text, uint64_t *ret_ns);

/*
 * Write what the parser of the same name reads as exactly that value: "64MiB",
 * "10%", "20ms".  Return BUFFER.
 */
const char *size_write(uint64_t bytes, char *buffer, size_t length);
const char *share_write(uint64_t per_million, char *buffer, size_t length);
const char *duration_write(uint64_t ns, char *buffer, size_t length);

/*
 * What the writer of TEXT probably meant, for a message's "(try …)":
 * "64MiB" for "64MB"; else an example of a right size.  Writes into BUFFER.
 */
const char *size_hint(const char *text, char *buffer, size_t length);

/* Writes BYTES for people: "64 MiB", "1.5 GiB", "512 B".  Returns BUFFER. */
const char *size_format(uint64_t bytes, char *buffer, size_t length);

#endif
