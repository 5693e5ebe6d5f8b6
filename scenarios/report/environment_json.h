/* SPDX-License-Identifier: Apache-2.0 */
/* environment_json.h - where results were produced (judge/environment.h), for programs. */
#ifndef SNAPRIG_SCENARIOS_REPORT_ENVIRONMENT_JSON_H
#define SNAPRIG_SCENARIOS_REPORT_ENVIRONMENT_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "scenarios/judge/environment.h"

/* Return new references, as in schemas/report.schema.json. */
json_t *environment_json(const struct environment *environment);
json_t *environments_json(const struct environments *list);

/* Reads what environment_json() returned.  The caller frees it; false if JSON is something else. */
bool environment_read_json(const json_t *json, struct environment *ret);

#endif
