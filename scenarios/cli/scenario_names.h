/* SPDX-License-Identifier: Apache-2.0 */
/* scenario_names.h - the names of snapshots and backups of a scenario whose steps are complete. */
#ifndef SNAPRIG_SCENARIOS_CLI_SCENARIO_NAMES_H
#define SNAPRIG_SCENARIOS_CLI_SCENARIO_NAMES_H

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/mistakes.h"

/* Prefixes each name that STEP makes or refers to with "PREFIX-". */
void step_names_prefix(struct step *step, const char *prefix);

/* Adds a mistake for each name that is made twice, or referred to before it is made or after its
 * end. */
void scenario_names_check(const struct scenario *scenario, struct mistakes *mistakes);

#endif
