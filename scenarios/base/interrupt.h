/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interrupt.h - a signal that asks the run to end, after it has cleaned up.
 *
 * The handler only records the signal; every wait of the runner checks for it.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_INTERRUPT_H
#define SNAPRIG_SCENARIOS_BASE_INTERRUPT_H

/* From now on SIGINT, SIGTERM and SIGHUP are recorded instead of killing the process. */
void interrupt_watch(void);

/* Returns the number of the recorded signal, or 0. */
int interrupt_seen(void);

/* Ends the process by the recorded signal, as its parent expects; returns if there is none. */
void interrupt_obey(void);

#endif
