/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_folders.h - the folders that runs leave something in: records, and the logs of what did
 * not pass.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_RUN_FOLDERS_H
#define SNAPRIG_SCENARIOS_CLI_RUN_FOLDERS_H

#include "scenarios/cli/run_set.h"

struct run_folders {
	const char *records;   /* NULL: none are written */
	const char *artifacts; /* NULL: none are kept */
};

/*
 * Makes them and tries whether what SET would leave can be written: at the end it would be
 * too late to say it.  Artifacts of an earlier run are removed.  0, or -EINVAL after a message.
 */
int run_folders_prepare(const struct run_folders *folders, const struct run_set *set);

/* Where the record and the artifacts of SCENARIO go, the caller's; NULL: nowhere. */
char *run_record_path(const struct run_folders *folders, const struct scenario *scenario);
char *run_artifacts_path(const struct run_folders *folders, const struct scenario *scenario);

#endif
