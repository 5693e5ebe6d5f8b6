/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_choice.h - which of the scenarios of a command line are run: by their names, and by the
 * share of one machine of several.
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
 * Removes from SET what is not chosen.  Which shard a scenario belongs to depends on its name
 * and on N alone: it is in just one of 1/N to N/N, and stays there when others come and go.
 * 0, or -EINVAL after a message: a shard that is none, a filter that no name matches.
 */
int run_choice_apply(const struct run_choice *choice, struct run_set *set);

#endif
