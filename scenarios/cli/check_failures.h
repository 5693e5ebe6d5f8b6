/* SPDX-License-Identifier: Apache-2.0 */
/* check_failures.h - the failures that a check must meet. */
#ifndef SNAPRIG_SCENARIOS_CLI_CHECK_FAILURES_H
#define SNAPRIG_SCENARIOS_CLI_CHECK_FAILURES_H

#include "scenarios/cli/check.h"

/* Reads --failure into *RET (NULL: none).  Returns EXIT_MET, or the exit code after a message. */
int check_failure_load(const struct check_arguments *arguments, struct failure **ret);

/* Returns the chosen profile of FAILURE.  The caller frees it. */
char *check_failure_profile(const struct check_arguments *arguments, const struct failure *failure);

/* Returns what this machine lacks for FAILURE, a program or "root"; NULL: nothing. */
const char *check_failure_missing(const struct failure *failure, enum client_gives gives);

/*
 * Runs the check with each failure on each of its profiles, or on --profile, prints the table
 * unless --json is given, and adds the results to RESULTS.  Returns the exit code for all of them.
 */
int check_all(const struct check_arguments *arguments, json_t *results);

/* Returns the worse exit code of two checks, ranked like results_exit_code(). */
int check_code_worse(int left, int right);

#endif
