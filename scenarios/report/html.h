/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.h - the page of a run: one file, which needs nothing else.
 *
 * What did not pass comes first, the rest in the order in which it was run.  Whatever a
 * client, a file or a log says is escaped.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_HTML_H
#define SNAPRIG_SCENARIOS_REPORT_HTML_H

#include <stdio.h>

#include "scenarios/judge/results.h"

/* ENVIRONMENT: one line of where it was run. */
void report_html(const struct results *results, const char *environment, FILE *file);

/* html_timeline.c: the drawing of the scenario's timeline, which it has. */
void html_write_timeline(const struct scenario_result *result, FILE *file);

/* html_differences.c: where what was restored of BACKUP is wrong, which is known. */
void html_write_differences(
	const struct scenario_result *result, const struct backup_result *backup, FILE *file);

/* html_panels.c: what there is to know of a scenario that did not pass: logs, and its file with
 * the lines marked at which it went wrong. */
void html_write_evidence(const struct scenario_result *result, FILE *file);
void html_write_source(const struct scenario_result *result, FILE *file);

/* html_style.c: what the page looks like, and what its buttons do. */
extern const char html_style[], html_patterns[], html_script[];

#endif
