/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.h - the page of a run: one file, which needs nothing else.
 *
 * What did not pass comes first, the rest in the order in which it was run.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_HTML_H
#define SNAPRIG_SCENARIOS_REPORT_HTML_H

#include <stdbool.h>
#include <stdio.h>

#include "scenarios/judge/results.h"
#include "scenarios/report/html_page.h"

void report_html(const struct results *results, FILE *file);

/* html_scenario.c: a section of the page; NUMBER is its own, SEVERAL machines have run. */
void html_write_scenario(
	const struct scenario_result *result, size_t number, bool several, FILE *file);

/* html_timeline.c: the drawing of the scenario's timeline, which it has. */
void html_write_timeline(const struct scenario_result *result, FILE *file);

/* html_lanes.c: snapshots, and when writers were frozen, in the FRAME of that drawing. */
struct html_frame {
	double width, lanes_top, plot_top, plot_height;
};
void html_write_lanes(const struct timeline *timeline, const struct html_frame *frame, FILE *file);

/* html_differences.c: where what was restored of BACKUP is wrong, which is known. */
void html_write_differences(
	const struct scenario_result *result, const struct backup_result *backup, FILE *file);

/* html_panels.c: what there is to know of a scenario that did not pass: logs, and its file with
 * the lines marked at which it went wrong. */
void html_write_evidence(const struct scenario_result *result, FILE *file);
void html_write_source(const struct scenario_result *result, FILE *file);

#endif
