/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.h - the page of a run: one self-contained file.
 *
 * Scenarios that did not pass come first, the others in the order in which they ran.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_HTML_H
#define SNAPRIG_SCENARIOS_REPORT_HTML_H

#include <stdbool.h>
#include <stdio.h>

#include "scenarios/judge/results.h"
#include "scenarios/report/html_page.h"

/* What a section of a page needs to know about the others. */
struct html_order {
	bool several_machines;
	bool is_brief;	     /* it passed, or comes after many that did not */
	bool is_one_of_many; /* brief, and its drawing is not also described in words */
	size_t text_bytes;   /* of each log, and of the file, so that the page stays small */
};

void report_html(const struct results *results, FILE *file);

/* html_scenario.c: a section of the page, with its NUMBER. */
void html_write_scenario(const struct scenario_result *result, size_t number,
	const struct html_order *order, FILE *file);

/* html_timeline.c: the drawing of RESULT's timeline, which is not NULL; and the legend of such
 * drawings, written once for all brief sections. */
void html_write_timeline(
	const struct scenario_result *result, const struct html_order *order, FILE *file);
void html_write_timelines_legend(FILE *file);

/* html_lanes.c: snapshots, and the times when writers were frozen, in the FRAME of that drawing. */
struct html_frame {
	double width, lanes_top, plot_top, plot_height;
};
void html_write_lanes(const struct timeline *timeline, const struct html_frame *frame, FILE *file);

/* html_differences.c: where the content restored from BACKUP is wrong, which is known. */
void html_write_differences(const struct scenario_result *result,
	const struct backup_result *backup, const struct html_order *order, FILE *file);

/* html_panels.c: the evidence of a scenario that did not pass: its logs, and its file with the
 * lines marked at which it failed. */
void html_write_evidence(
	const struct scenario_result *result, const struct html_order *order, FILE *file);
void html_write_source(
	const struct scenario_result *result, const struct html_order *order, FILE *file);

#endif
