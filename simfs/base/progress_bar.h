/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress_bar.h - how far a long command is, on the terminal of standard error.
 *
 * There is one bar for a process, of whoever began first; what begins inside of it shows
 * nothing of its own.  It appears after two seconds, and never where standard error cannot be
 * drawn on.  What is printed meanwhile calls progress_bar_make_room() first, as log.h does.
 *
 * A thread draws it, so that it goes on where nothing is told for a while; a child that was
 * forked meanwhile has none.
 */
#ifndef SNAPRIG_BASE_PROGRESS_BAR_H
#define SNAPRIG_BASE_PROGRESS_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum progress_unit {
	PROGRESS_BYTES,
	PROGRESS_PIECES, /* runs, checks: named by `pieces` */
};

/* What is shown.  The texts are the caller's. */
struct progress_state {
	const char *what;
	const char *pieces; /* "scenarios" */
	enum progress_unit unit;
	uint64_t done, total; /* TOTAL 0: nobody knows */
	uint64_t elapsed_ns;
};

/* Writes the line for STATE, COLUMNS wide at most, into BUFFER.  Returns BUFFER. */
const char *progress_bar_format(
	const struct progress_state *state, unsigned columns, char *buffer, size_t length);

/* Begins the bar of WHAT; PIECES (NULL: bytes) are counted.  Both texts outlive it. */
void progress_bar_begin(const char *what, const char *pieces, uint64_t total);

/* So much is done.  Any thread may say it, as often as it likes. */
void progress_bar_set(uint64_t done);

/* Another total is known by now. */
void progress_bar_set_total(uint64_t total);

/* The end of what began last; the line is gone. */
void progress_bar_end(void);

/* The line is gone, until it is drawn again. */
void progress_bar_make_room(void);

#endif
