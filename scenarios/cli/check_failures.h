/* SPDX-License-Identifier: Apache-2.0 */
/* check_failures.h - which failures a check is to meet. */
#ifndef SNAPRIG_SCENARIOS_CLI_CHECK_FAILURES_H
#define SNAPRIG_SCENARIOS_CLI_CHECK_FAILURES_H

#include "scenarios/cli/check.h"

/* Reads --failure into *RET (NULL: there is none): EXIT_MET, or the code after a message. */
int check_failure_load(const struct check_arguments *arguments, struct failure **ret);

/* The profile of FAILURE that is meant, the caller's. */
char *check_failure_profile(const struct check_arguments *arguments, const struct failure *failure);

/* What this machine lacks for FAILURE: a program, or "root"; NULL: nothing. */
const char *check_failure_missing(const struct failure *failure, enum client_gives gives);

/*
 * Runs the check with each failure on each of its profiles, or on --profile, prints the
 * table unless --json is given, and adds the results to RESULTS.  The exit code for all.
 */
int check_all(const struct check_arguments *arguments, json_t *results);

/* Of the exit codes of two checks, as results_exit_code(): which is told. */
int check_code_worse(int left, int right);

#endif
