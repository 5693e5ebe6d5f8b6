/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series.h - many snapshots in one step, which is turned into single steps.
 *
 *	snapshots: { name: old, count: 3, bytes: 64KiB }
 *
 * is a write and a snapshot 'old-1', a write and a snapshot 'old-2', and so on; and
 * `delete: old` deletes them all.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_SERIES_H
#define SNAPRIG_SCENARIOS_FORMAT_SERIES_H

#include "scenarios/format/names.h"
#include "scenarios/format/scenario.h"

#define SERIES_MAX 100

/* Adds STEP, or the steps that it stands for, to PHASE, which takes over what STEP owns. */
void series_add(struct names *names, struct step *step, struct phase *phase);

#endif
