/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sums.h - what each unit of a store's data has to be; for the files of store/.
 *
 * A sum is the low half of a unit's XXH3-64.  In memory they lie by unit, 4 bytes
 * each, in chunks that come as the store grows; on disk
 *
 *	in the header of its segment	what the unit was appended as
 *	in a summary			what it was then
 *	in ID.sums			what it was last written as in place
 *
 * and the last of these that there is holds.  ID.sums is written through the
 * page cache: a killed rig leaves it as it was written.
 *
 * It is written when a store is opened, and twice for each write in place: while
 * others are served, on their thread, and at once (transfer_now).  That copies 16
 * bytes for each unit and waits for no disk: in 6 s of random rewrites with a flush
 * after each 64, the thread never slept in it (ext4 with and without a journal).
 * The kernel may hold it up where it holds up all who write through the page cache,
 * when far too much of that waits for the disk.  Through the ring each of the two
 * would take a thread of the kernel's, since ext4 cannot do it without blocking:
 * more than what they cost now.
 *
 *  (1) A unit that is being written in place has both sums in ID.sums before a
 *      byte of it changes, and one when it is written.  So after a kill they
 *      differ only where a write was under way.  Such a write, and one that
 *      failed, may have left some of its sectors: nobody was told that it was
 *      done, and what is found there is what the unit has to be from then on.
 *  (2) ID.sums is flushed when a store is closed in order.  A power cut takes
 *      writes in place and their sums apart; what is found then in a store that
 *      was rewritten since it was last closed becomes what it has to be.
 *  (3) An entry that does not check is none.  Whatever is wrong with ID.sums, a
 *      unit is refused for it, or is right; never taken for another.
 */
#ifndef SNAPRIG_STORE_SUMS_H
#define SNAPRIG_STORE_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUMS_CHUNK 1024u

/* None: no data of this store. */
#define SUM_NONE 0u

struct store_sums {
	uint32_t **chunks;
	uint32_t chunk_count;
};

/*
 * In ID.sums at unit * sizeof (struct sums_entry); zeros: never written in place.
 * `before` and `after` differ while the unit is being written.
 */
struct sums_entry {
	uint32_t before;
	uint32_t after;
	uint64_t check; /* XXH3-64 of the two, the store and the unit */
};

/* A write in place has failed, and so has the look at what it left: what is read next holds. */
#define SUM_UNSETTLED 1u

/* Of STORE_UNIT_BYTES; none of the two above. */
uint32_t unit_sum(const void *unit);

void sums_deinit(struct store_sums *sums);

/* Room for the sums of units before END: 0 or -ENOMEM. */
int sums_reserve(struct store_sums *sums, uint64_t end);

static inline uint32_t sums_get(const struct store_sums *sums, uint64_t unit)
{
	return unit / SUMS_CHUNK < sums->chunk_count && sums->chunks[unit / SUMS_CHUNK]
		       ? sums->chunks[unit / SUMS_CHUNK][unit % SUMS_CHUNK]
		       : SUM_NONE;
}

/* UNIT is one that there is room for. */
static inline void sums_set(struct store_sums *sums, uint64_t unit, uint32_t sum)
{
	sums->chunks[unit / SUMS_CHUNK][unit % SUMS_CHUNK] = sum;
}

/* ------------------------------------------------------------- sums_file.c: ID.sums */

struct store;
struct store_findings;
struct window;

/* Makes it, unless it is there: 0 or -errno. */
int sums_file_open(struct store *store);

/*
 * Says of COUNT units from FIRST on that they become AFTER; NULL: that they are what
 * they are.  0 or -errno.
 */
int sums_file_write(struct store *store, uint64_t first, uint64_t count, const uint32_t *after);

/*
 * Takes over what the file says, and settles what was under way when the rig was
 * killed, by reading.  With AS_FOUND all data are read and are right.  0 or -errno.
 */
int sums_file_load(
	struct store *store, struct window *window, bool as_found, struct store_findings *findings);

void sums_file_close(struct store *store);

#endif
