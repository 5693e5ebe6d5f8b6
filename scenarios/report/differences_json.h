/* SPDX-License-Identifier: Apache-2.0 */
/* differences_json.h - where a restore is wrong (judge/differences.h), for programs. */
#ifndef SNAPRIG_SCENARIOS_REPORT_DIFFERENCES_JSON_H
#define SNAPRIG_SCENARIOS_REPORT_DIFFERENCES_JSON_H

#include <jansson.h>

#include "scenarios/judge/differences.h"

/* Returns a new reference, as in schemas/report.schema.json; null for NULL. */
json_t *differences_json(const struct differences *differences);

/* Reads what differences_json() returned.  The caller frees it; NULL if JSON is something else. */
struct differences *differences_read_json(const json_t *json);

#endif
