/* SPDX-License-Identifier: Apache-2.0 */
/*
 * other_calls.h - detects system calls of a thread other than those of liburing.
 *
 * The kernel reports the first one (x86-64, 5.11), which is then carried out, as are all after it;
 * elsewhere none is reported.
 */
#ifndef SNAPRIG_TESTS_LIB_OTHER_CALLS_H
#define SNAPRIG_TESTS_LIB_OTHER_CALLS_H

void other_calls_watch(void);

/* Returns the number of the first one since then, or -1. */
int other_calls_end(void);

#endif
