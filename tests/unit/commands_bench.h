/* SPDX-License-Identifier: Apache-2.0 */
/* commands_bench.h - a volume on a memory disk behind the real commands, and one peer of them. */
#ifndef SNAPRIG_TESTS_UNIT_COMMANDS_BENCH_H
#define SNAPRIG_TESTS_UNIT_COMMANDS_BENCH_H

#include <jansson.h>

#include "simfs/control/commands.h"
#include "tests/lib/engine.h"
#include "tests/unit/control_bench.h"

#define SERVED_VOLUME_BYTES (1u << 20)

extern struct engine served_engine;
extern struct commands *served_commands;
extern int served_peer; /* a connected socket */

/* For checked fixtures; the second checks that nothing is left under way. */
void served_set_up(void);
void served_tear_down(void);

/* What comes of each turn of the loop, as bench.turned: the disk gets its turn, too. */
void served_step(void);

/* Sends REQUEST on FD, with ' for ", and gives back the answer (the caller's). */
json_t *served_ask_by(int fd, const char *request);

/* The same by the peer, who must be answered well. */
void served_expect_ok(const char *request);

#endif
