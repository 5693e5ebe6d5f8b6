/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - a filter is evaluated as it is read.
 *
 * 1. Each eval_...() reads its part of the filter and adds what that makes of INPUT to OUTPUTS.
 * 2. An INPUT of NULL makes nothing: the part is only read, to find its end.
 * 3. What is applied to several values is read once for each, from the same place.
 * 4. Where one side of an operator has not one output, jq is asked.
 * 5. What is not known stays unread, and then jq is asked.
 */
#ifndef TESTS_E2E_JQ_INTERNAL_H
#define TESTS_E2E_JQ_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

extern const char *at; /* what of the filter is to be read next */

/* Whether that sign is next, and no longer one; it is read. */
bool accepts(const char *sign);
void expect(const char *sign);

bool accepts_word(const char *word);

/* The length of a name at TEXT, or 0. */
size_t name_at(const char *text);

typedef void evaluate(json_t *input, json_t *outputs);

evaluate eval_pipe;
evaluate eval_term; /* what stands between operators */

/* FUNCTION is applied to each of VALUES. */
void eval_each(evaluate *function, const json_t *values, json_t *outputs);

/* Hands over unless there is just one. */
json_t *only(const json_t *outputs);

#endif
