/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series.h - many snapshots by one step: single steps are made of it.
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

/* Adds STEP, which was read, or the steps of which it consists to PHASE; what is STEP's is
 * PHASE's then. */
void series_add(struct names *names, struct step *step, struct phase *phase);

#endif
