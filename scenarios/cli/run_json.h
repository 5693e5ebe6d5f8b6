/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_json.h - results as one JSON object.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_RUN_JSON_H
#define SNAPRIG_SCENARIOS_CLI_RUN_JSON_H

#include <stdio.h>

#include "scenarios/judge/results.h"

/*
 * {"schema_version", "exit", "scenarios": [{"name", "path", "profile", "client",
 * "seed", "outcome", "message", "seconds", "steps", "backups", "leaks",
 * "replay"}]}; a text that is absent is null, and bytes that are no UTF-8
 * become '?'.
 */
void report_json(const struct results *results, FILE *file);

#endif
