/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario_check.h - what a scenario cannot be run for, though it is well formed.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_SCENARIO_CHECK_H
#define SNAPRIG_SCENARIOS_CLI_SCENARIO_CHECK_H

#include "scenarios/clients/clients.h"
#include "scenarios/format/scenario.h"
#include "simfs/base/command_line.h"
#include "simfs/base/yaml/mistakes.h"

/*
 * Puts the steps of failures into SCENARIO that it names, finds its client, also in FOLDERS,
 * and what does not fit together.
 * Returns 0 with the client, which is the caller's; or -EINVAL with every mistake
 * added to MISTAKES, sorted.
 */
int scenario_check(struct scenario *scenario, const struct command_texts *folders,
	struct mistakes *mistakes, struct client **ret);

/*
 * As scenario_check(), of all of LIST, scenarios of one file; a mistake that all have is told
 * once.  The clients, an array of as many, are the caller's.
 */
int scenarios_check(const struct scenario_list *list, const struct command_texts *folders,
	struct mistakes *mistakes, struct client ***ret);

/* Is the volume a chain of nodes? */
bool scenario_has_chain(const struct scenario *scenario);

/* Says which of FOLDERS is none, on stderr: -EINVAL, or 0 for none. */
int client_folders_check(const struct command_texts *folders);

#endif
