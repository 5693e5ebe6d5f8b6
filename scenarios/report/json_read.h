/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_read.h - reads results from a document of report_json(), of another process or machine.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_JSON_READ_H
#define SNAPRIG_SCENARIOS_REPORT_JSON_READ_H

#include <jansson.h>

#include "scenarios/judge/results.h"

/*
 * Adds the scenarios of DOCUMENT to RESULTS, and those missing in it to the planned ones.  How
 * often faults struck is lost, because no report contains it.  Returns NULL; or what is wrong with
 * DOCUMENT, a constant, and RESULTS are unchanged.
 */
const char *report_json_read(const json_t *document, struct results *results);

#endif
