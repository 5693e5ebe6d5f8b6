/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reason.h - why something failed, in one line, on its way to the result.
 *
 * A step's failure ends up in a report, not on stderr, so the cause is recorded where it occurs
 * and passed up.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_REASON_H
#define SNAPRIG_SCENARIOS_RUN_REASON_H

#define REASON_BYTES 640

struct reason {
	char text[REASON_BYTES]; /* "" for none */
};

/* Writes what printf would print, truncated to fit. */
__attribute__((format(printf, 2, 3))) void reason_set(
	struct reason *reason, const char *format, ...);

/* Like reason_set(), followed by ": <text of ERROR>".  Returns ERROR (-errno). */
__attribute__((format(printf, 3, 4))) int reason_error(
	struct reason *reason, int error, const char *format, ...);

#endif
