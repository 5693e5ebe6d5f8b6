/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interrupt.h - a signal that asks the run to end, after it has tidied up.
 *
 * The handler only takes note; every wait of the runner looks at the note.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_INTERRUPT_H
#define SNAPRIG_SCENARIOS_BASE_INTERRUPT_H

/* From now on SIGINT, SIGTERM and SIGHUP are noted instead of deadly. */
void interrupt_watch(void);

/* The number of the signal that was noted, or 0. */
int interrupt_seen(void);

/* Ends the process by the noted signal, as its parent expects; returns when there was none. */
void interrupt_obey(void);

#endif
