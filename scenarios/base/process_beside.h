/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process_beside.h - runs a program while its caller does something else.
 *
 * A process of ours of its own runs it by process_run(), and so its family is known by itself,
 * whatever else is run meanwhile.  That process holds nothing open that is its parent's, notes
 * signals as its parent does, and ends the program when its parent is gone.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_PROCESS_BESIDE_H
#define SNAPRIG_SCENARIOS_BASE_PROCESS_BESIDE_H

#include <stdbool.h>

#include "scenarios/base/process.h"

struct process_beside;

/*
 * Begins to run what ORDER tells; its killed() is called in the other process.  0, or the -errno
 * of starting that.
 */
int process_beside_begin(const struct process_order *order, struct process_beside **ret);

/* Is the program over? */
bool process_beside_is_over(const struct process_beside *beside);

/* Asks for its end, as an interrupt does. */
void process_beside_stop(const struct process_beside *beside);

/* Waits for it, asks for its end when the run is interrupted, and releases BESIDE.  As
 * process_run(). */
int process_beside_end(struct process_beside *beside, struct process_result *ret);

#endif
