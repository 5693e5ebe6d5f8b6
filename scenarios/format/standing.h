/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standing.h - what the rig knows when a step is run: rules by name, writers, snapshots.
 *
 * Rules are added by `fault`, writers by the scenario and by `writer-add`; each is removed by its
 * own kind of step, and everything that steps have added is gone after a remount.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_STANDING_H
#define SNAPRIG_SCENARIOS_FORMAT_STANDING_H

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/mistakes.h"

/*
 * Adds mistakes for steps about rules and writers that do not exist when they are run, for steps
 * that wait for a moment of a rig that is unmounted before it comes, and for growth that a
 * snapshot prevents.  Rules may contain a failure's {words}; SCENARIO may no longer contain steps
 * that stand for whole failures.
 */
void standing_check(const struct scenario *scenario, struct mistakes *mistakes);

#endif
