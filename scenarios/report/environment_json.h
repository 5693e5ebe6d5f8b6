/* SPDX-License-Identifier: Apache-2.0 */
/* environment_json.h - where results came about (judge/environment.h), for programs. */
#ifndef SNAPRIG_SCENARIOS_REPORT_ENVIRONMENT_JSON_H
#define SNAPRIG_SCENARIOS_REPORT_ENVIRONMENT_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "scenarios/judge/environment.h"

/* New references, as schemas/report.schema.json has them. */
json_t *environment_json(const struct environment *environment);
json_t *environments_json(const struct environments *list);

/* What environment_json() gave, the caller's; false for what is none. */
bool environment_read_json(const json_t *json, struct environment *ret);

#endif
