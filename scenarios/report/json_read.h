/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_read.h - results from what report_json() wrote, in another process or on another machine.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_JSON_READ_H
#define SNAPRIG_SCENARIOS_REPORT_JSON_READ_H

#include <jansson.h>

#include "scenarios/judge/results.h"

/*
 * Adds the scenarios of DOCUMENT to RESULTS, and those that it misses to what is planned; all
 * but how often faults struck, which no report tells.
 * NULL, or what is wrong with it, a constant; RESULTS are as before then.
 */
const char *report_json_read(const json_t *document, struct results *results);

#endif
