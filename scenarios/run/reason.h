/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reason.h - why something failed, in one line, on its way to the result.
 *
 * A step's failure ends in a report and not on stderr, so what failed first
 * is written down where it happens and carried up.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_REASON_H
#define SNAPRIG_SCENARIOS_RUN_REASON_H

#define REASON_BYTES 640

struct reason {
	char text[REASON_BYTES]; /* "" for none */
};

/* Writes what printf would print; what does not fit is cut. */
__attribute__((format(printf, 2, 3))) void reason_set(
	struct reason *reason, const char *format, ...);

/* As reason_set(), with ": <text of ERROR>" behind it.  Returns ERROR (-errno). */
__attribute__((format(printf, 3, 4))) int reason_error(
	struct reason *reason, int error, const char *format, ...);

#endif
