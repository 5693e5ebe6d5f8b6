/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario_check.h - finds why a well-formed scenario cannot be run.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_SCENARIO_CHECK_H
#define SNAPRIG_SCENARIOS_CLI_SCENARIO_CHECK_H

#include "scenarios/clients/clients.h"
#include "scenarios/format/scenario.h"
#include "simfs/base/command_line.h"
#include "simfs/base/yaml/mistakes.h"

/*
 * Replaces the failures named in SCENARIO with their steps, finds its client, also in FOLDERS, and
 * checks that everything fits together.  Returns 0 with the client, which the caller frees; or
 * -EINVAL with every mistake added to MISTAKES, sorted.
 */
int scenario_check(struct scenario *scenario, const struct command_texts *folders,
	struct mistakes *mistakes, struct client **ret);

/*
 * Like scenario_check(), for all of LIST, the scenarios of one file; a mistake that all have is
 * reported once.  The caller frees the clients, an array of the same length.
 */
int scenarios_check(const struct scenario_list *list, const struct command_texts *folders,
	struct mistakes *mistakes, struct client ***ret);

/* Returns whether the volume is a chain of nodes. */
bool scenario_has_chain(const struct scenario *scenario);

/* Reports on stderr every one of FOLDERS that is not a folder.  Returns -EINVAL if there is any,
 * or 0. */
int client_folders_check(const struct command_texts *folders);

#endif
