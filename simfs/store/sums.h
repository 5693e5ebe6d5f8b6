/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sums.h - the checksum that each unit of a store's data must have; for the files of store/.
 *
 * A sum is the low half of a unit's XXH3-64. In memory the sums are indexed by unit, 4 bytes
 * each, in chunks allocated as the store grows. On disk they are
 *
 *	in the header of its segment	the unit as it was appended
 *	in a summary			as it was at that time
 *	in ID.sums			as it was last written in place
 *
 * and the last of these that exists is valid. ID.sums is written through the page cache, so
 * killing the rig loses nothing of it.
 *
 * It is written when a store is opened, and twice for each write in place, synchronously
 * (transfer_now) on the thread that serves the volume. Each write copies 16 bytes per unit
 * and waits for no disk: in 6 s of random rewrites with a flush after each 64, the thread
 * never slept in it (ext4 with and without a journal). The kernel may block it where it
 * blocks every buffered write, when far too many dirty pages wait for the disk. Through the
 * ring, each of the two writes would need a kernel thread, since ext4 cannot do it without
 * blocking: that costs more than they cost now.
 *
 *  (1) Before a byte of a unit changes in place, ID.sums has its old and new sum; afterwards
 *      it has only the new one. So after a kill the two differ only where a write was in
 *      flight. Such a write, or a failed one, may have changed some sectors. It was never
 *      acknowledged, so whatever the unit contains then becomes its valid content.
 *  (2) ID.sums is flushed when a store is closed cleanly. A power cut can separate writes in
 *      place from their sums. In a store that was rewritten since its last clean close, the
 *      content found then becomes valid.
 *  (3) An entry that fails its check is ignored. Whatever is wrong with ID.sums, a unit is
 *      either refused because of it or correct, never taken for another.
 */
#ifndef SNAPRIG_STORE_SUMS_H
#define SNAPRIG_STORE_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUMS_CHUNK 1024u

/* No data of this store. */
#define SUM_NONE 0u

struct store_sums {
	uint32_t **chunks;
	uint32_t chunk_count;
};

/*
 * In ID.sums at unit * sizeof (struct sums_entry); zeros: never written in place. `before`
 * and `after` differ while the unit is being written.
 */
struct sums_entry {
	uint32_t before;
	uint32_t after;
	uint64_t check; /* XXH3-64 of the two, the store and the unit */
};

/* A write in place failed, and so did reading the result: the content of the next read is valid. */
#define SUM_UNSETTLED 1u

/* The sum of STORE_UNIT_BYTES; never one of the two values above. */
uint32_t unit_sum(const void *unit);

void sums_deinit(struct store_sums *sums);

/* Makes room for the sums of units before END: 0 or -ENOMEM. */
int sums_reserve(struct store_sums *sums, uint64_t end);

static inline uint32_t sums_get(const struct store_sums *sums, uint64_t unit)
{
	return unit / SUMS_CHUNK < sums->chunk_count && sums->chunks[unit / SUMS_CHUNK]
		       ? sums->chunks[unit / SUMS_CHUNK][unit % SUMS_CHUNK]
		       : SUM_NONE;
}

/* There must be room for UNIT. */
static inline void sums_set(struct store_sums *sums, uint64_t unit, uint32_t sum)
{
	sums->chunks[unit / SUMS_CHUNK][unit % SUMS_CHUNK] = sum;
}

/* ------------------------------------------------------------- sums_file.c: ID.sums */

struct store;
struct store_findings;
struct window;

/* Opens the file, creating it if needed: 0 or -errno. */
int sums_file_open(struct store *store);

/*
 * Records that COUNT units from FIRST on change to the sums AFTER; NULL: that they keep their
 * current sums. 0 or -errno.
 */
int sums_file_write(struct store *store, uint64_t first, uint64_t count, const uint32_t *after);

/*
 * Loads the file's sums, and reads the units whose writes were in flight when the rig was
 * killed to settle them. With AS_FOUND, reads all data and takes the content as valid. 0 or
 * -errno.
 */
int sums_file_load(
	struct store *store, struct window *window, bool as_found, struct store_findings *findings);

void sums_file_close(struct store *store);

#endif
