/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_choice.h - selects scenarios of a command line: by their names, and by this machine's share
 * among several.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_RUN_CHOICE_H
#define SNAPRIG_SCENARIOS_CLI_RUN_CHOICE_H

#include <stdint.h>

#include "scenarios/cli/run_set.h"

struct run_choice {
	struct command_texts filters; /* shell patterns for names; none: all */
	const char *shard_text;	      /* "I/N"; NULL: all */
};

/*
 * Removes from SET what is not chosen.  The shard of a scenario depends only on its name and on N:
 * it is in exactly one of 1/N to N/N, and stays there when others are added or removed.  Returns
 * 0; or -EINVAL, after a message, for an invalid shard or a filter that matches no name.
 */
int run_choice_apply(const struct run_choice *choice, struct run_set *set);

#endif
