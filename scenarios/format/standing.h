/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standing.h - what the rig knows when a step is run: rules by their names, writers, snapshots.
 *
 * Rules come with `fault`, writers with the scenario and with `writer-add`; both go with a
 * step of their own, and what steps have brought goes when the volume is mounted again.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_STANDING_H
#define SNAPRIG_SCENARIOS_FORMAT_STANDING_H

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/mistakes.h"

/*
 * Adds the mistakes of steps about rules and writers that are not there when they are run, and
 * of those that wait for a moment of a rig that goes before it, and of growth that a snapshot
 * is in the way of.  A failure's {words} may stand
 * in the rules, and no step of SCENARIO may be one of whole failures any more.
 */
void standing_check(const struct scenario *scenario, struct mistakes *mistakes);

#endif
