/* SPDX-License-Identifier: Apache-2.0 */
/*
 * busy_poll.h - whether to poll for the next completion before sleeping, and for how long.
 *
 * Sleeping and waking take 10 us or more, as long as a request waits for a fast disk. Polling
 * instead occupies a CPU. So it is done only while it pays. The rules:
 *
 *  (1) Traffic is what requests cause: the arrival of one, its I/O, its answer. Timers,
 *      sockets and signals are not traffic. A wait that begins 100 us or more after the last
 *      traffic sleeps at once.
 *  (2) Otherwise it polls for at most `limit_ns` if recent waits of its kind were short. The
 *      two kinds: a disk has work in flight, or only the next request is missing.
 *  (3) A wait is short if traffic ends it within `limit_ns`, plus 20 us if it only slept,
 *      since waking takes that long. Each kind has a score from 0 to 8. A short wait adds 1,
 *      a long one subtracts 5; from 4 on, it polls. So five of six waits must be short, and a
 *      few are enough to begin.
 *  (4) A wait that something other than traffic ends does not change the score, nor does one
 *      that neither slept nor polled.
 *  (5) If two polls are more than 20 us apart, the thread was preempted in between: someone
 *      else needs the CPU, perhaps the very process that will send the next request. Polling
 *      then stops for 10 ms.
 *  (6) While a disk has more than 4 operations in flight, the wait sleeps: completions come
 *      soon and in batches, and nobody waits for a single one.
 *
 * An idle rig sleeps: at most the first wait polls. This code reads no clock; the caller
 * passes the time.
 */
#ifndef SNAPRIG_BLOCKIO_BUSY_POLL_H
#define SNAPRIG_BLOCKIO_BUSY_POLL_H

#include <stdbool.h>
#include <stdint.h>

/* Enough for a disk that answers in 40 us, and twice what FUSE and its caller take. */
#define BUSY_POLL_DEFAULT_NS   60000u
#define BUSY_POLL_MAX_NS       1000000u
#define BUSY_POLL_TRAFFIC_NS   100000u
#define BUSY_POLL_WAKING_NS    20000u
#define BUSY_POLL_WORK_MAX     4u
#define BUSY_POLL_LOST_NS      20000u
#define BUSY_POLL_REST_NS      10000000u
#define BUSY_POLL_SCORE_MAX    8u
#define BUSY_POLL_SCORE_ENOUGH 4u
#define BUSY_POLL_SCORE_LOSS   5u

enum busy_poll_kind { BUSY_POLL_REQUEST, BUSY_POLL_WORK, BUSY_POLL_KINDS };

/* Zeroed before its first use: off. */
struct busy_poll {
	uint64_t limit_ns; /* 0: off */

	uint64_t traffic_ns; /* of the last traffic */
	uint64_t rests_until_ns;
	unsigned scores[BUSY_POLL_KINDS];

	/* The current wait. */
	enum busy_poll_kind kind;
	uint64_t begun_ns;
	bool is_rated; /* its length changes the score */
	bool has_polled;

	/* How often it polled, how often it found something, and the time spent. */
	uint64_t polls, hits, spent_ns;
};

/* A wait begins at NOW_NS with WORK_UNDER_WAY disk operations in flight. Returns how long to
 * poll; 0: not at all. */
uint64_t busy_poll_begin(struct busy_poll *poll, uint64_t work_under_way, uint64_t now_ns);

/* The next poll is at NOW_NS, the previous one was at BEFORE_NS. False: it was the last. */
bool busy_poll_look(struct busy_poll *poll, uint64_t before_ns, uint64_t now_ns);

/* Polling lasted until NOW_NS; FOUND says whether it found a completion. */
void busy_poll_polled(struct busy_poll *poll, uint64_t now_ns, bool found);

/* The wait has ended at NOW_NS; SLEPT and BY_TRAFFIC say how. */
void busy_poll_end(struct busy_poll *poll, uint64_t now_ns, bool slept, bool by_traffic);

#endif
