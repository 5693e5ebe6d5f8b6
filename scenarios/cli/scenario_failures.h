/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario_failures.h - failures by name as steps of a scenario.
 *
 * `failure: NAME` becomes the steps that bring it about and what must be seen of it on the
 * scenario's profile, and `remedy: NAME` those that its manual advises.  What else a failure
 * asks for (room, writers, times) the scenario gets, unless it says otherwise itself.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_SCENARIO_FAILURES_H
#define SNAPRIG_SCENARIOS_CLI_SCENARIO_FAILURES_H

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/mistakes.h"

/* Puts them in the place of such steps: 0, or -EINVAL with MISTAKES added. */
int scenario_failures_expand(struct scenario *scenario, struct mistakes *mistakes);

#endif
