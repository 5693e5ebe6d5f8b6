/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_by_hand.h - snaprig xapi call: one XAPI call, like those that people make with
 * xe.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_BY_HAND_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_BY_HAND_H

#include <stddef.h>

/*
 * Calls METHOD with the arguments TEXTS at URL, and prints the answer.  Returns the exit code of
 * the process, after a message if it is not 0.
 */
int xapi_by_hand(const char *url, const char *method, char *const *texts, size_t count);

#endif
