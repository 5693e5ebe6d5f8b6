/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - results in the languages of CI systems.
 *
 * Each report is a pure function of the results: no clock, no environment.
 * Write errors stay in FILE's error flag, for the caller to look at.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_REPORT_H
#define SNAPRIG_SCENARIOS_REPORT_REPORT_H

#include <stddef.h>
#include <stdio.h>

#include "scenarios/judge/results.h"

/* Versions of TAP; they differ in the first line, and prove(1) passes 13 only. */
#define TAP_OLD	    13
#define TAP_CURRENT 14

/*
 * A whole TAP document, current or old: version, plan, and report_tap_point() for each scenario.  A
 * plan that names more says that the run has not ended.
 */
void report_tap(const struct results *results, FILE *file);
void report_tap_old(const struct results *results, FILE *file);

/* For a run that is reported as it goes: first the head for COUNT scenarios … */
void report_tap_begin(int version, size_t count, FILE *file);

/* … then each scenario when it is over, NUMBER from 1. */
void report_tap_point(const struct scenario_result *result, size_t number, FILE *file);

/*
 * A JUnit document: a suite per scenario, a case per step.  A finding is a
 * <failure>; the rig's own failure, a time-out and what is inconclusive (it is
 * not passed, so it may not look so) an <error> of that type; what could not
 * be run for want of a tool is <skipped>.  The seed is a property of the suite.
 * The text of the first that is as bad as its scenario has the evidence; its <system-out>
 * names the artifacts as GitLab takes them.  While scenarios are missing, an <error> says so: no
 * run that was killed looks passed.
 */
void report_junit(const struct results *results, FILE *file);

/* The same with nothing that the schema of Jenkins does not know. */
void report_jenkins(const struct results *results, FILE *file);

/*
 * What GitHub's runner takes from what a step prints: a line for each thing wrong with RESULT,
 * at its place in the scenario, and for what was skipped.
 */
void report_github_annotate(const struct scenario_result *result, FILE *file);

/* And what it shows of a step: a table in Markdown, what is bad first, with its evidence. */
void report_github_summary(const struct results *results, FILE *file);

/*
 * One JSON object, as schemas/report.schema.json has it; a text that is absent is null, and
 * bytes that are no UTF-8 become '?'.  While scenarios are missing, `exit` is null.
 */
void report_json(const struct results *results, FILE *file);

/* The same in one line, for report_json_read() in another process of ours. */
void report_json_line(const struct results *results, FILE *file);

#endif
