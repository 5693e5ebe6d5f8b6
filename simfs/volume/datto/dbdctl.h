/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dbdctl.h - the command line of dbdctl, dattobd's tool, and its answers.
 *
 * Source: docs/real-systems.md 1.2 and the recording in tests/fixtures/dattobd/ (dbdctl
 * 0.12.1).
 */
#ifndef SNAPRIG_VOLUME_DATTO_DBDCTL_H
#define SNAPRIG_VOLUME_DATTO_DBDCTL_H

#include <stdbool.h>

#include "simfs/volume/datto/datto.h"

#define DBDCTL_EXIT_FAILED 255

struct dbdctl_answer {
	int exit;
	bool prints_usage; /* on stdout */
	char error[128];   /* a line for stderr, or "" */
};

/*
 * Parses ARGC words, the first of them the command, into COMMAND, which then points into
 * them. Returns false if there is nothing to execute: ANSWER is final.
 */
bool dbdctl_parse(int argc, const char *const *argv, struct datto_command *command,
	struct dbdctl_answer *answer);

/* The answer when the driver has returned RESULT. */
void dbdctl_answer(int result, struct dbdctl_answer *answer);

extern const char dbdctl_usage[];

#endif
