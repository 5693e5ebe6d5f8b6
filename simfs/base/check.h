/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.h - MUST(), an assertion that stays on in release builds.
 *
 * It states what our own code guarantees.  User input and disk content are never asserted: they are
 * checked, and answered with an error.
 */
#ifndef SNAPRIG_BASE_CHECK_H
#define SNAPRIG_BASE_CHECK_H

__attribute__((noreturn, cold)) void must_fail(const char *fact, const char *file, int line);

#define MUST(fact) (__builtin_expect(!!(fact), 1) ? (void)0 : must_fail(#fact, __FILE__, __LINE__))

/*
 * For loops whose next step another function decides, here or in that function: NEXT is beyond AT.
 * Without it, a wrong result makes the thread spin.
 */
#define MUST_GET_ON(at, next) MUST((next) > (at))

#endif
