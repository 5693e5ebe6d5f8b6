/* SPDX-License-Identifier: Apache-2.0 */
/*
 * values.h - what operators and functions make of values.  Whoever calls gets a reference; what jq
 * refuses, or sees with other eyes, is handed over to it.
 */
#ifndef TESTS_E2E_JQ_VALUES_H
#define TESTS_E2E_JQ_VALUES_H

#include <jansson.h>

json_t *sum_of(json_t *one, json_t *other);

/* SIGN is ==, !=, <, <=, > or >=. */
json_t *comparison_of(json_t *one, const char *sign, json_t *other);

json_t *length_of(json_t *value);
json_t *opposite_of(json_t *value); /* not */
json_t *null_of(json_t *value);
json_t *true_of(json_t *value);
json_t *false_of(json_t *value);
json_t *total_of(json_t *value);		      /* add */
json_t *joined(json_t *value, const json_t *between); /* join(BETWEEN) */
json_t *member_of(json_t *value, const char *name);   /* .NAME */
json_t *element_of(json_t *value, long place);	      /* .[PLACE], from the end below 0 */

#endif
