/* SPDX-License-Identifier: Apache-2.0 */
/* writers_bench.h - a volume with writers, and hands that a test moves. */
#ifndef SNAPRIG_TESTS_UNIT_WRITERS_BENCH_H
#define SNAPRIG_TESTS_UNIT_WRITERS_BENCH_H

#include "tests/unit/fault_bench.h"

/* A snapshot that is being taken with writers, or a command for them. */
struct bench_asked {
	struct snapshot_create create;
	struct writers_command command;
	bool has_ended;
	int result;
	char why[512]; /* "": none */
};

/* Of the next volume; NULL: the default. */
extern const struct volume_limits *writers_bench_limits;

/* Opens the volume under PROFILE with WRITERS, up to a NULL; the clock jumps to what is due,
 * and seconds are counted from here on. */
void writers_bench_open(const char *profile, const char *const *writers, bool unchecked);

/* Closes it; all is at rest then. */
void writers_bench_close(void);

/* The same, checked, with "System Writer" and "b". */
#define SYSTEM "System Writer"
void writers_bench_open_two(const char *profile);

/* No set is under way, and nobody is frozen. */
void writers_bench_expect_rest(void);

/* So many seconds have passed, on the rig's clock; the steps of the disk take a little. */
void writers_bench_expect_seconds(uint64_t seconds);

/* The writer of that name has failed by a time-out, as they say. */
void writers_bench_expect_failed(const char *name, int state, const char *blame, const char *why);

/* Without faults, the next set goes well; closes the volume. */
void writers_bench_expect_next_well(void);

/* Adds one that must be right. */
void writers_bench_add(const char *text);

/* Begins; it may have ended. */
void writers_bench_begin(struct bench_asked *asked, const char *name, bool hold_writes);
void writers_bench_freeze(struct bench_asked *asked);
void writers_bench_thaw(struct bench_asked *asked);
void writers_bench_notify(struct bench_asked *asked, enum writer_notice notice);

/* Steps until ASKED has ended; its result. */
int writers_bench_wait(struct bench_asked *asked);

/* Takes the snapshot NAME: its result, and why it was refused in ASKED. */
int writers_bench_take(struct bench_asked *asked, const char *name);

/* The writer of that name: number of its state; is it frozen; a field of its failure, or "". */
int writers_bench_state(const char *name);
bool writers_bench_is_frozen(const char *name);
const char *writers_bench_failure(const char *name, const char *field);

/* How often EVENT is in the journal. */
unsigned writers_bench_events(enum journal_event event);

bool writers_bench_has_snapshot(const char *name);

/* ---- the hands: what they were asked is kept as text, "freeze /a;thaw /a;" ---- */
extern char writers_bench_hands_did[512];

/* Lets the hand of PATH say what it has to. */
void writers_bench_hand_frozen(const char *path, int result, const char *why);
void writers_bench_hand_died(const char *path);
void writers_bench_hand_thawed(const char *path, int result, const char *why);

#endif
