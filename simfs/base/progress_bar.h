/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress_bar.h - shows the progress of a long command on the terminal of standard error.
 *
 * A process has one bar, that of the outermost progress_bar_begin(); nested ones show nothing.  It
 * appears after two seconds, and only if standard error can be drawn on.  Whatever prints in
 * between calls progress_bar_make_room() first, as log.h does.
 *
 * A thread draws it, so that it keeps going when nothing is reported for a while.  A forked child
 * has no such thread.
 */
#ifndef SNAPRIG_BASE_PROGRESS_BAR_H
#define SNAPRIG_BASE_PROGRESS_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum progress_unit {
	PROGRESS_BYTES,
	PROGRESS_PIECES, /* runs, checks; `pieces` names them */
};

/* What is shown.  The caller owns the texts. */
struct progress_state {
	const char *what;
	const char *pieces; /* "scenarios" */
	enum progress_unit unit;
	uint64_t done, total; /* TOTAL 0: unknown */
	uint64_t elapsed_ns;
};

/* Writes the line for STATE, at most COLUMNS wide, to BUFFER.  Returns BUFFER. */
const char *progress_bar_format(
	const struct progress_state *state, unsigned columns, char *buffer, size_t length);

/* Begins the bar for WHAT, counted in PIECES (NULL: bytes).  Both texts must outlive it. */
void progress_bar_begin(const char *what, const char *pieces, uint64_t total);

/* Sets how much is done.  For any thread, as often as it likes. */
void progress_bar_set(uint64_t done);

/* Sets a new total. */
void progress_bar_set_total(uint64_t total);

/* Ends the bar that began last and clears the line. */
void progress_bar_end(void);

/* Clears the line until it is drawn again. */
void progress_bar_make_room(void);

#endif
