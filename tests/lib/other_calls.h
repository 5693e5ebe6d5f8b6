/* SPDX-License-Identifier: Apache-2.0 */
/*
 * other_calls.h - which system call a thread makes besides those of liburing.
 *
 * The kernel tells the first one (x86-64, 5.11), which is then made, as are all after it;
 * elsewhere none is told.
 */
#ifndef SNAPRIG_TESTS_LIB_OTHER_CALLS_H
#define SNAPRIG_TESTS_LIB_OTHER_CALLS_H

void other_calls_watch(void);

/* The number of the first one since then, or -1. */
int other_calls_end(void);

#endif
