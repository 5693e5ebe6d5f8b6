/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_folders.h - the folders in which runs leave files: records, and the logs of scenarios that
 * did not pass.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_RUN_FOLDERS_H
#define SNAPRIG_SCENARIOS_CLI_RUN_FOLDERS_H

#include "scenarios/cli/run_set.h"

struct run_folders {
	const char *records;   /* NULL: not written */
	const char *artifacts; /* NULL: not kept */
};

/*
 * Creates them and tests whether the files of SET can be written, because at the end it would be
 * too late to report that.  Removes artifacts of an earlier run.  Returns 0, or -EINVAL after a
 * message.
 */
int run_folders_prepare(const struct run_folders *folders, const struct run_set *set);

/* Return where the record and the artifacts of SCENARIO go; NULL: nowhere.  The caller frees it. */
char *run_record_path(const struct run_folders *folders, const struct scenario *scenario);
char *run_artifacts_path(const struct run_folders *folders, const struct scenario *scenario);

#endif
