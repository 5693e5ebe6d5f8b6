/* SPDX-License-Identifier: Apache-2.0 */
/* scenario_names.h - the names of snapshots and backups, when all steps of a scenario are there. */
#ifndef SNAPRIG_SCENARIOS_CLI_SCENARIO_NAMES_H
#define SNAPRIG_SCENARIOS_CLI_SCENARIO_NAMES_H

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/mistakes.h"

/* Puts "PREFIX-" in front of each name that STEP makes or speaks of. */
void step_names_prefix(struct step *step, const char *prefix);

/* Adds a mistake for what is made twice, or spoken of before it is made or after its end. */
void scenario_names_check(const struct scenario *scenario, struct mistakes *mistakes);

#endif
