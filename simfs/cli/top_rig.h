/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top_rig.h - one rig that `snaprig top` watches: asked through its control socket, never
 * waited for longer than until a deadline.
 *
 * A rig that hangs keeps its last answer on the screen, and is not asked again before it has
 * answered.
 */
#ifndef SNAPRIG_CLI_TOP_RIG_H
#define SNAPRIG_CLI_TOP_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/cli/top_view.h"
#include "simfs/control/client.h"

enum top_rig_end {
	TOP_RIG_GOES_ON,
	TOP_RIG_UNMOUNTED, /* as it should be */
	TOP_RIG_DIED,
};

struct top_rig {
	char *mount;
	struct control_client *client; /* NULL once it has ended */
	enum top_rig_end end;
	int error; /* why there is no way to it, when it is not unmounted */

	/* What was asked and not answered; 0: nothing is. */
	uint64_t status_id, events_id;
	uint64_t asked_ns;
	uint64_t taken_ns; /* when the last status came; 0: none yet */
	json_int_t events_from;

	json_t *status;
	json_t *events;
	json_t *lit;
	unsigned lit_for[4]; /* how many ids of `lit` came in each of the last samples */
	char state[160];
	struct top_sample sample;
};

/*
 * Takes CLIENT, which is connected to MOUNT; NULL: there was no way to it, but ERROR.  The
 * caller deinits it.
 */
void top_rig_init(struct top_rig *rig, const char *mount, struct control_client *client, int error);
void top_rig_deinit(struct top_rig *rig);

/* Asks for the status and for new events, unless it was asked and has not answered. */
void top_rig_ask(struct top_rig *rig);

/* Takes what has come until DEADLINE_NS of clock_real_ns(), and makes `sample` of it. */
void top_rig_take(struct top_rig *rig, uint64_t deadline_ns);

/*
 * Sends COMMAND with ARGUMENTS (stolen).  Returns NULL and *RET_ANSWER, the caller's, or what
 * went wrong, to be shown; to free().
 */
char *top_rig_order(
	struct top_rig *rig, const char *command, json_t *arguments, json_t **ret_answer);

#endif
