/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top_rig.h - a rig watched by `snaprig top`, asked through its control socket and never waited for
 * beyond a deadline.
 *
 * If a rig hangs, its last answer stays on the screen, and it is not asked again until it has
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
	TOP_RIG_UNMOUNTED, /* in the normal way */
	TOP_RIG_DIED,
};

struct top_rig {
	char *mount;
	struct control_client *client; /* NULL once it has ended */
	enum top_rig_end end;
	int error; /* why it cannot be reached, if it was not unmounted */

	/* Questions that are not answered yet; 0: none. */
	uint64_t status_id, events_id;
	uint64_t asked_ns;
	uint64_t taken_ns; /* when the last status arrived; 0: none yet */
	json_int_t events_from;

	json_t *status;
	json_t *events;
	json_t *lit;
	unsigned lit_for[4]; /* how many ids in `lit` came with each of the last samples */
	char state[160];
	struct top_sample sample;
};

/*
 * Takes over CLIENT, which is connected to MOUNT; if it is NULL, connecting failed with ERROR.  The
 * caller deinits RIG.
 */
void top_rig_init(struct top_rig *rig, const char *mount, struct control_client *client, int error);
void top_rig_deinit(struct top_rig *rig);

/* Asks for the status and for new events, unless an answer is outstanding. */
void top_rig_ask(struct top_rig *rig);

/* Receives what arrives until DEADLINE_NS of clock_real_ns(), and updates `sample`. */
void top_rig_take(struct top_rig *rig, uint64_t deadline_ns);

/*
 * Sends COMMAND with ARGUMENTS (stolen).  Returns NULL and *RET_ANSWER, or an error text to show.
 * The caller frees either.
 */
char *top_rig_order(
	struct top_rig *rig, const char *command, json_t *arguments, json_t **ret_answer);

#endif
