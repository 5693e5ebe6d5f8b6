/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top_terminal.h - the terminal that `snaprig top` has to itself, and gives back as it was.
 *
 * It is given back at the end, while top is stopped, and by every signal that ends a
 * program: until it is given back these only make top_terminal_wait() return.
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
	int mounts_fd; /* of the mount table, whose changes are waited for; -1: they are not */
};

/* What has come. */
struct top_input {
	unsigned char bytes[64];
	size_t length;
	bool is_over;	 /* a signal wants an end, or the terminal has gone */
	bool has_mounts; /* something was mounted or unmounted */
};

/* Takes standard output's terminal; with LOOKS_AT_MOUNTS changes of the mount table count. */
void top_terminal_enter(struct top_terminal *terminal, bool looks_at_mounts);

/* Gives it back. */
void top_terminal_leave(struct top_terminal *terminal);

/*
 * Draws BODY from the top on, as much as there is room for, and FOOT at the bottom; the
 * cursor is seen behind FOOT when HAS_CURSOR.
 */
void top_terminal_draw(struct screen *body, struct screen *foot, unsigned rows, bool has_cursor);

/* Waits until UNTIL_NS of clock_real_ns(), a key, another size or a signal. */
void top_terminal_wait(struct top_terminal *terminal, uint64_t until_ns, struct top_input *ret);

#endif
