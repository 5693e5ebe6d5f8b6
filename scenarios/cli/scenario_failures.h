/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario_failures.h - failures by name as steps of a scenario.
 *
 * `failure: NAME` becomes the steps that cause it and what must be seen of it on the scenario's
 * profile; `remedy: NAME` becomes the steps that its manual advises.  The scenario also gets the
 * failure's other settings (room, writers, times), unless it has its own.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_SCENARIO_FAILURES_H
#define SNAPRIG_SCENARIOS_CLI_SCENARIO_FAILURES_H

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/mistakes.h"

/* Replaces such steps.  Returns 0, or -EINVAL with MISTAKES added. */
int scenario_failures_expand(struct scenario *scenario, struct mistakes *mistakes);

#endif
