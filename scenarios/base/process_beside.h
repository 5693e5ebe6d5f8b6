/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process_beside.h - runs a program while its caller does something else.
 *
 * A child process of its own calls process_run(), so that the program's family can be told apart
 * from others that run at the same time.  The child keeps none of its parent's files open,
 * records signals as its parent does, and ends the program when its parent ends.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_PROCESS_BESIDE_H
#define SNAPRIG_SCENARIOS_BASE_PROCESS_BESIDE_H

#include <stdbool.h>

#include "scenarios/base/process.h"

struct process_beside;

/*
 * Starts to run ORDER; its killed() is called in the child process.  Returns 0, or the -errno of
 * starting the child.
 */
int process_beside_begin(const struct process_order *order, struct process_beside **ret);

/* Returns whether the program has ended. */
bool process_beside_is_over(const struct process_beside *beside);

/* Asks the program to end, as an interrupt does. */
void process_beside_stop(const struct process_beside *beside);

/* Waits for the program, stops it if the run is interrupted, and releases BESIDE.  Returns the
 * same as process_run(). */
int process_beside_end(struct process_beside *beside, struct process_result *ret);

#endif
