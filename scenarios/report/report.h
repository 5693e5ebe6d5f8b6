/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - results in the formats of CI systems.
 *
 * Each report is a pure function of the results: no clock, no environment. Write errors stay in
 * FILE's error flag, which the caller checks.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_REPORT_H
#define SNAPRIG_SCENARIOS_REPORT_REPORT_H

#include <stddef.h>
#include <stdio.h>

#include "scenarios/judge/results.h"

/* Versions of TAP; they differ in the first line, and prove(1) accepts only 13. */
#define TAP_OLD	    13
#define TAP_CURRENT 14

/*
 * A whole TAP document, of the current or the old version: version, plan, and report_tap_point()
 * for each scenario.  A plan with more scenarios than points shows that the run did not end.
 */
void report_tap(const struct results *results, FILE *file);
void report_tap_old(const struct results *results, FILE *file);

/* For a run that is reported as it goes: first the head for COUNT scenarios … */
void report_tap_begin(int version, size_t count, FILE *file);

/* … then each scenario when it has ended; NUMBER counts from 1. */
void report_tap_point(const struct scenario_result *result, size_t number, FILE *file);

/*
 * A JUnit document: a suite per scenario, a case per step.  A finding is a <failure>; an error of
 * the rig, a timeout and an inconclusive result (which did not pass, so it must not look so) are
 * an <error> of that type; what could not run for lack of a tool is <skipped>.  The seed is a
 * property of the suite.  The first case that is as bad as its scenario contains the evidence; its
 * <system-out> names the artifacts in GitLab's format.  While scenarios are missing, an <error>
 * says so: a run that was killed must not look passed.
 */
void report_junit(const struct results *results, FILE *file);

/* The same, with only what the schema of Jenkins allows. */
void report_jenkins(const struct results *results, FILE *file);

/*
 * What GitHub's runner picks up from the output of a step: a line for each problem in RESULT, at
 * its place in the scenario, and for what was skipped.
 */
void report_github_annotate(const struct scenario_result *result, FILE *file);

/* The summary that GitHub shows of a step: a table in Markdown, problems first, with evidence. */
void report_github_summary(const struct results *results, FILE *file);

/*
 * One JSON object, as in schemas/report.schema.json; a missing text is null, and bytes that are
 * not UTF-8 become '?'.  While scenarios are missing, `exit` is null.
 */
void report_json(const struct results *results, FILE *file);

/* The same in one line, for report_json_read() in another process of ours. */
void report_json_line(const struct results *results, FILE *file);

#endif
