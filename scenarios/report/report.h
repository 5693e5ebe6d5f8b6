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

/*
 * A whole TAP 14 document: version, plan, and report_tap_point() for each scenario.  A plan
 * that names more says that the run has not ended.
 */
void report_tap(const struct results *results, FILE *file);

/* For a run that is reported as it goes: first the head for COUNT scenarios … */
void report_tap_begin(size_t count, FILE *file);

/* … then each scenario when it is over, NUMBER from 1. */
void report_tap_point(const struct scenario_result *result, size_t number, FILE *file);

/*
 * A JUnit document: a suite per scenario, a case per step.  A finding is a
 * <failure>; the rig's own failure, a time-out and what is inconclusive (it is
 * not passed, so it may not look so) an <error> of that type; what could not
 * be run for want of a tool is <skipped>.  The seed is a property of the suite.
 * While scenarios are missing, an <error> says so: no run that was killed looks passed.
 */
void report_junit(const struct results *results, FILE *file);

#endif
