/* SPDX-License-Identifier: Apache-2.0 */
/* timeline_json.h - the course of a run (judge/timeline.h), for programs: to the millisecond. */
#ifndef SNAPRIG_SCENARIOS_REPORT_TIMELINE_JSON_H
#define SNAPRIG_SCENARIOS_REPORT_TIMELINE_JSON_H

#include <jansson.h>

#include "scenarios/judge/timeline.h"

/* A new reference, as schemas/report.schema.json has it; null for NULL. */
json_t *timeline_json(const struct timeline *timeline);

/* What timeline_json() gave, the caller's; NULL for what is none. */
struct timeline *timeline_read_json(const json_t *json);

#endif
