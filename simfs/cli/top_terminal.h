/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top_terminal.h - takes over the terminal for `snaprig top`, and restores it.
 *
 * It is restored at the end, while top is stopped, and on every signal that ends a program: until
 * then these signals only make top_terminal_wait() return.
 */
#ifndef SNAPRIG_CLI_TOP_TERMINAL_H
#define SNAPRIG_CLI_TOP_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

#include "simfs/cli/screen.h"

struct top_terminal {
	bool has_keys; /* standard input is a terminal, too */
	bool is_entered;
	struct termios before;
	int mounts_fd; /* of the mount table, polled for changes; -1: not polled */
};

/* What has arrived. */
struct top_input {
	unsigned char bytes[64];
	size_t length;
	bool is_over;	 /* a signal asks for the end, or the terminal is gone */
	bool has_mounts; /* something was mounted or unmounted */
};

/*
 * Takes over standard output's terminal.  With LOOKS_AT_MOUNTS, changes of the mount table count as
 * input.
 */
void top_terminal_enter(struct top_terminal *terminal, bool looks_at_mounts);

/* Restores it. */
void top_terminal_leave(struct top_terminal *terminal);

/*
 * Draws BODY from the top, as far as there is room, and FOOT at the bottom.  With HAS_CURSOR the
 * cursor is shown after FOOT.
 */
void top_terminal_draw(struct screen *body, struct screen *foot, unsigned rows, bool has_cursor);

/* Waits until UNTIL_NS of clock_real_ns(), a key, a new size or a signal. */
void top_terminal_wait(struct top_terminal *terminal, uint64_t until_ns, struct top_input *ret);

#endif
