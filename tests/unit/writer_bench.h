/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_bench.h - hands of writers on a ring, in a folder of their own.
 *
 * The hands start the very program that runs, which is why such a test has its
 * main() from here.
 */
#ifndef SNAPRIG_TESTS_WRITER_BENCH_H
#define SNAPRIG_TESTS_WRITER_BENCH_H

#include <check.h>
#include <stdbool.h>
#include <sys/types.h>

#include "simfs/base/clock.h"
#include "simfs/children/writer_process.h"

/* Of TURN_MS: longer than any of it takes under a sanitizer. */
#define TURNS_MAX 3000
#define TURN_MS	  10

/* A hand, and what it was told. */
struct told {
	struct writer_hand hand;
	unsigned frozen_count, died_count, thawed_count;
	int result;	  /* the newest one */
	char why[2048];	  /* the newest one; empty when there was none */
	bool begins_anew; /* when freezing it failed, from there, once */
	enum writer_kind kind;
	const char *path;
};

struct hands_bench {
	struct ring *ring;
	struct writer_hands *hands;
	uint64_t hold_ns;
	bool is_calling; /* the hands; they call nobody meanwhile */
};

extern struct hands_bench hands_bench;

/* For checked fixtures. */
void hands_setup(void);
void hands_teardown(void);

/* As when the rig goes: first the ring, then the hands. */
void hands_end(void);

/* They begin what TOLD, which is zeroed or was used before, is to be told of. */
int hands_freeze(struct told *told, enum writer_kind kind, const char *path);
void hands_thaw(struct told *told);

void hands_turn(void);

/* The process that is held by the hands, the only one. */
pid_t hands_holder(void);

#define WAIT_UNTIL(condition, wait)                                                                \
	do {                                                                                       \
		unsigned turns_ = 0;                                                               \
		while (!(condition)) {                                                             \
			ck_assert_msg(turns_++ < TURNS_MAX, "never came true: %s", #condition);    \
			wait;                                                                      \
		}                                                                                  \
	} while (0)

#define TURN_UNTIL(condition) WAIT_UNTIL(condition, hands_turn())
/* Without the ring. */
#define SLEEP_UNTIL(condition) WAIT_UNTIL(condition, usleep(TURN_MS * 1000))

/* ---- hooks ---- */

#define HOOK "./hook"

/* As ON_FREEZE: never done, with a process of its own that is never done either. */
#define FREEZES_FOR_EVER "echo $$ >hook_pid; sleep 1000 & echo $! >sleeper; echo >begun; wait"

/* Makes HOOK, which writes down how it is called, and then does what is said. */
void hook_make(const char *on_freeze, const char *on_thaw);

/* What it wrote down. */
bool hook_log_is(const char *text);

/* Freezes by it, until TOLD was told how that went. */
void hook_freeze(struct told *told);

bool file_exists(const char *name);

/* Whether the process whose number is in the file NAME still does anything. */
bool process_in_file_runs(const char *name);

/* ---- main ---- */

/* Is the process of a hand, or runs the tests. */
int hands_main(int argc, char **argv, void (*add_tests)(TCase *tests));

#endif
