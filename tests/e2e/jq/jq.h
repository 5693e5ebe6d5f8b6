/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jq.h - jq's easy questions, answered in a tenth of its time: jq 1.6 compiles its library anew at
 * each start, which takes 25 ms, and the scripts start it 3,000 times.
 *
 * What is answered here is what jq answers, to the byte: paths, [...], "\(...)", | , // + and, or,
 * comparisons, and a few functions, over whole numbers and plain texts.  Whatever else there is to
 * ask or to be printed, and whatever fails, is handed to jq itself before anything is printed.
 * (suite/easy_questions_are_answered_as_jq_does)
 */
#ifndef TESTS_E2E_JQ_H
#define TESTS_E2E_JQ_H

#include <stdbool.h>
#include <stdnoreturn.h>

#include <jansson.h>

/* jq's numbers are of double precision: behind this they are others. */
#define NUMBER_MAX ((json_int_t)1 << 53)

/* jq takes the place of this process, with the same arguments and input. */
noreturn void hand_over(void);

/* Adds to the array OUTPUTS what FILTER makes of INPUT. */
void answer(const char *filter, json_t *input, json_t *outputs);

/* null and false are not. */
bool is_true(const json_t *value);

/* A text, or JSON on one line: the caller's.  Without WITH_QUOTES a text is what it is. */
char *text_of(const json_t *value, bool with_quotes);

#endif
