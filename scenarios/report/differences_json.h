/* SPDX-License-Identifier: Apache-2.0 */
/* differences_json.h - where a restore is wrong (judge/differences.h), for programs. */
#ifndef SNAPRIG_SCENARIOS_REPORT_DIFFERENCES_JSON_H
#define SNAPRIG_SCENARIOS_REPORT_DIFFERENCES_JSON_H

#include <jansson.h>

#include "scenarios/judge/differences.h"

/* A new reference, as schemas/report.schema.json has it; null for NULL. */
json_t *differences_json(const struct differences *differences);

/* What differences_json() gave, the caller's; NULL for what is none. */
struct differences *differences_read_json(const json_t *json);

#endif
