/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence.c - keeps the logs of a run that did not pass beyond its work folder: their last lines
 * in the result, all of them among the artifacts.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/whole_file.h"
#include "scenarios/run/run_left.h"
#include "scenarios/run/run_state.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

/* Limits of one log, and on the number of logs; a client may print anything. */
#define LINES_MAX 50
#define BYTES_MAX 16384
#define LOGS_MAX  16

void evidence_look(const struct run *run)
{
	static const char *const names[] = { "kernel.log", "status.json", "events.jsonl" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO(auto_free)
		char *from = heap_format("%s/.snaprig/%s", run->mount_point, names[i]);
		AUTO(auto_free) char *to = work_path(run, "logs", names[i]);
		AUTO(auto_free) char *text = file_text(from);
		AUTO(auto_fclose) FILE *file = text ? fopen(to, "we") : NULL;

		if (file)
			fputs(text, file);
	}
}

/* A client can create anything beside its logs: folders, or a pipe that never ends. */
static bool is_log(const struct run *run, const char *name)
{
	AUTO(auto_free) char *path = work_path(run, "logs", name);

	return !strchr(name, '/') && file_size(path) >= 0;
}

/* status.json and events.jsonl are for programs, so they are only among the artifacts. */
static bool is_for_people(const char *name)
{
	size_t length = strlen(name);

	return length > 4 && strcmp(name + length - 4, ".log") == 0;
}

static void tail_take(struct run *run, const char *name)
{
	AUTO(auto_free) char *path = work_path(run, "logs", name);
	bool is_cut;
	AUTO(auto_free) char *text = file_tail(path, LINES_MAX, BYTES_MAX, &is_cut);

	if (text && *text)
		result_add_evidence(run->result, name, text, is_cut);
}

static int artifact_copy(const struct run *run, const char *name)
{
	AUTO(auto_free) char *from = work_path(run, "logs", name);
	AUTO(auto_free) char *to = heap_format("%s/%s", run->options->artifacts_path, name);

	unlink(to);

	int error = file_copy(from, to);

	/* A CI system may collect it as another user. */
	return error == 0 && chmod(to, 0644) < 0 ? -errno : error;
}

static void artifacts_keep(struct run *run, const struct folder_listing *logs)
{
	const char *folder = run->options->artifacts_path;
	int error = folders_make(folder);

	for (size_t i = 0; error == 0 && i < logs->count; i++) {
		if (is_log(run, logs->files[i].path))
			error = artifact_copy(run, logs->files[i].path);
	}
	if (error < 0)
		log_error_code(
			error, "cannot keep the logs of '%s' in '%s'", run->scenario->name, folder);
	else
		result_set_artifacts(run->result, folder);
}

void evidence_take(struct run *run)
{
	struct folder_listing logs;

	if (!run->work || !outcome_is_bad(run->result->outcome))
		return;

	AUTO(auto_free) char *folder = heap_format("%s/logs", run->work);

	folder_list(folder, &logs);
	for (size_t i = 0; i < logs.count && run->result->evidence_count < LOGS_MAX; i++) {
		if (is_for_people(logs.files[i].path) && is_log(run, logs.files[i].path))
			tail_take(run, logs.files[i].path);
	}
	if (run->options->artifacts_path && logs.count > 0)
		artifacts_keep(run, &logs);
	folder_listing_deinit(&logs);
}
