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

/* What a section of a page need know of the others. */
struct html_order {
	bool several_machines;
	bool is_brief;	     /* it passed, or many before it did not */
	bool is_one_of_many; /* brief, and what its drawing shows is not told in words, too */
	size_t text_bytes;   /* of logs, and of a file, for one: a page stays small */
};

void report_html(const struct results *results, FILE *file);

/* html_scenario.c: a section of the page; NUMBER is its own. */
void html_write_scenario(const struct scenario_result *result, size_t number,
	const struct html_order *order, FILE *file);

/* html_timeline.c: the drawing of the scenario's timeline, which it has; and what the lines of such
 * drawings are, once for all that are brief. */
void html_write_timeline(
	const struct scenario_result *result, const struct html_order *order, FILE *file);
void html_write_timelines_legend(FILE *file);

/* html_lanes.c: snapshots, and when writers were frozen, in the FRAME of that drawing. */
struct html_frame {
	double width, lanes_top, plot_top, plot_height;
};
void html_write_lanes(const struct timeline *timeline, const struct html_frame *frame, FILE *file);

/* html_differences.c: where what was restored of BACKUP is wrong, which is known. */
void html_write_differences(const struct scenario_result *result,
	const struct backup_result *backup, const struct html_order *order, FILE *file);

/* html_panels.c: what there is to know of a scenario that did not pass: logs, and its file with
 * the lines marked at which it went wrong. */
void html_write_evidence(
	const struct scenario_result *result, const struct html_order *order, FILE *file);
void html_write_source(
	const struct scenario_result *result, const struct html_order *order, FILE *file);

#endif
