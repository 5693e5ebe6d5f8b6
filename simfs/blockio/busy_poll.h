/* SPDX-License-Identifier: Apache-2.0 */
/*
 * busy_poll.h - whether to look out for the next completion before going to sleep, and how long.
 *
 * Going to sleep and being woken takes 10 us and more, as much as a request of a fast disk
 * waits for.  Looking out instead costs a CPU that does nothing else meanwhile.  So it
 * is done only while it pays.  The rule:
 *
 *  (1) Traffic is what comes of requests: one that arrives, its I/O, its answer.  Timers,
 *      sockets and signals are none.  A wait that begins 100 us or longer after the
 *      latest traffic sleeps at once.
 *  (2) Else it looks out for at most `limit_ns`, if waits of its kind have been short lately.
 *      There are two kinds: a disk has something to do, or only the next request is missing.
 *  (3) Short is a wait that traffic ends within `limit_ns`; within 20 us more when it
 *      only slept, since that is what waking takes.  Each kind has a score from 0 to 8.  A short
 *      wait adds 1, another one takes 5; from 4 on it looks out.  So five waits of six must
 *      be short, and a few are enough to begin.
 *  (4) A wait that something else ends says nothing, nor does one that was none.
 *  (5) Two looks that lie more than 20 us apart have lost the processor in between: somebody else
 *      has need of it, maybe the one who is to ask.  It is not looked out for the next 10 ms.
 *  (6) While a disk has more than 4 things to do it sleeps: something comes soon, more comes
 *      together, and nobody waits for this one alone.
 *
 * A rig that nobody asks for anything sleeps: the first wait is the last one that looks out.
 * Nothing here looks at a clock: whoever asks tells the time.
 */
#ifndef SNAPRIG_BLOCKIO_BUSY_POLL_H
#define SNAPRIG_BLOCKIO_BUSY_POLL_H

#include <stdbool.h>
#include <stdint.h>

/* What is enough for a disk that answers in 40 us, and is twice what FUSE and its caller take. */
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

/* All zeros at first: off. */
struct busy_poll {
	uint64_t limit_ns; /* 0: off */

	uint64_t traffic_ns; /* the latest */
	uint64_t rests_until_ns;
	unsigned scores[BUSY_POLL_KINDS];

	/* Of the wait that has begun. */
	enum busy_poll_kind kind;
	uint64_t begun_ns;
	bool is_rated; /* it tells something */
	bool has_polled;

	/* How often it looked out, how often that was not in vain, and what it took. */
	uint64_t polls, hits, spent_ns;
};

/* A wait begins at NOW_NS, with so much for disks to do: how long to look out, 0 for not at all. */
uint64_t busy_poll_begin(struct busy_poll *poll, uint64_t work_under_way, uint64_t now_ns);

/* The next look, at NOW_NS, after the one at BEFORE_NS; false: it was the last. */
bool busy_poll_look(struct busy_poll *poll, uint64_t before_ns, uint64_t now_ns);

/* It was done until NOW_NS, and FOUND something. */
void busy_poll_polled(struct busy_poll *poll, uint64_t now_ns, bool found);

/* The wait has ended at NOW_NS, after sleep or without; by traffic or by something else. */
void busy_poll_end(struct busy_poll *poll, uint64_t now_ns, bool slept, bool by_traffic);

#endif
