/* SPDX-License-Identifier: Apache-2.0 */
/* timeline_json.h - the course of a run (judge/timeline.h), for programs; in milliseconds. */
#ifndef SNAPRIG_SCENARIOS_REPORT_TIMELINE_JSON_H
#define SNAPRIG_SCENARIOS_REPORT_TIMELINE_JSON_H

#include <jansson.h>

#include "scenarios/judge/timeline.h"

/* Returns a new reference, as in schemas/report.schema.json; null for NULL. */
json_t *timeline_json(const struct timeline *timeline);

/* Reads what timeline_json() returned.  The caller frees it; NULL if JSON is something else. */
struct timeline *timeline_read_json(const json_t *json);

#endif
