/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xapi_demo.c - snaprig xapi demo: backs up a pool, makes it fail for lack of space, cures it, and
 * compares the backups with what the disks contained.
 *
 *	steps ─ write, fill, free ─▶ rigs of the pool
 *	  └──── run ──────────────▶ the client ─▶ remote ─▶ restore ─▶ compared with the copies
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/xapi_demo.h"
#include "scenarios/run/xapi_serve.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log.h"
#include "simfs/base/temporary.h"

const char *const demo_disks[DEMO_DISKS] = { "system", "data" };

static const char pool_text[] = "pool: demo\n"
				"credentials: { user: root, password: secret }\n"
				"srs: [ { name: local, type: lvm, capacity: 192MiB } ]\n"
				"vms:\n"
				"  - name: web\n"
				"    disks: [ { name: system, sr: local, size: 16MiB }, { name: "
				"data, sr: local, size: 16MiB } ]\n";

/* What happens before each run, and how the run must end. */
static const struct demo_step steps[] = {
	{ "the first run of the job", demo_write, true },
	{ "2 MiB of each disk were written", demo_write, true },
	{ "manual snapshots have filled the SR", demo_fill, false },
	{ "they were deleted, their nodes merged", demo_free, true },
};

#define STEPS (sizeof steps / sizeof steps[0])

/* ---- the table ---- */

static void head_print(const struct demo *demo)
{
	printf("A pool of one VM with two disks, backed up by %s:\n\n", demo->client->about);
	printf("RUN  BEFORE IT                              STATUS   SECONDS  RESTORED\n");
}

static void row_print(const struct demo *demo, size_t index)
{
	const struct demo_run *run = &demo->runs[index];

	printf("%-3zu  %-37s  %-7s  %7.1f  %s\n", index + 1, steps[index].about,
		run->exit_status == 0 ? "success" : "failed", (double)run->duration_ns / 1e9,
		run->exit_status != 0 ? run->said
		: run->is_equal	      ? "both disks are right"
				      : "the disks are wrong");
}

static void table_print(const struct demo *demo)
{
	head_print(demo);
	for (size_t i = 0; i < STEPS; i++)
		row_print(demo, i);
}

static void document_print(const struct demo *demo)
{
	json_t *runs = json_array();

	for (size_t i = 0; i < STEPS; i++) {
		const struct demo_run *run = &demo->runs[i];
		bool is_success = run->exit_status == 0;

		json_array_append_new(
			runs, json_pack("{s:s, s:s, s:f, s:b, s:o}", "before", steps[i].about,
				      "status", is_success ? "success" : "failed", "seconds",
				      (double)run->duration_ns / 1e9, "restored",
				      (int)(is_success && run->is_equal), "said",
				      json_output_text(is_success ? NULL : run->said)));
	}

	json_t *document = json_pack("{s:s, s:o}", "client", demo->client->about, "runs", runs);

	json_output_write(document, JSON_OUTPUT_FLAGS, stdout);
	json_decref(document);
}

static int code_of(const struct demo *demo)
{
	int code = EXIT_MET;

	for (size_t i = 0; i < STEPS; i++) {
		const struct demo_run *run = &demo->runs[i];

		if ((run->exit_status == 0) != steps[i].succeeds ||
			(steps[i].succeeds && !run->is_equal))
			code = EXIT_FINDING;
	}
	return code;
}

/* ---- the pool ---- */

static int text_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return -errno;
	fputs(text, file);
	return fclose(file) == 0 ? 0 : -errno;
}

static int serve(struct demo *demo)
{
	AUTO(auto_free) char *path = heap_format("%s/POOL.yaml", demo->work);
	AUTO(auto_free) char *said = heap_format("%s/serve.log", demo->work);
	int status, error = text_write(path, pool_text);

	if (error == 0)
		error = xapi_serve_begin(
			demo->program, path, said, &demo->server, &demo->url, &status);
	if (error == 0)
		return 0;

	AUTO(auto_free) char *line = file_last_line(said);

	log_error("cannot serve a pool: %s", line ? line : error_text(error));
	return error;
}

static int steps_run(struct demo *demo)
{
	int error = 0;

	for (size_t i = 0; i < STEPS && error == 0; i++) {
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\r\033[Krun %zu of %zu ...", i + 1, STEPS);
		error = steps[i].prepare(demo);
		if (error == 0)
			error = demo_backup(demo, i);
	}
	if (error == 0)
		error = demo_compare(demo, STEPS);
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	return error;
}

/* ---- the command ---- */

struct values {
	bool json;
};

static int demo_make(struct demo *demo)
{
	int error = temporary_folder_make(temporary_parent(), &demo->work);

	if (error < 0) {
		log_error_of(error,
			"cannot make a folder in '%s': %s (set TMPDIR to use another place)",
			temporary_parent(), error_text(error));
		return EXIT_RIG;
	}
	if (demo_client_find(demo) < 0)
		return EXIT_SKIPPED;

	AUTO(auto_free) char *remote = heap_format("%s/remote", demo->work);

	if (mkdir(remote, 0700) < 0) {
		log_error_code(-errno, "cannot make a folder '%s'", remote);
		return EXIT_RIG;
	}
	return serve(demo) < 0 ? EXIT_RIG : EXIT_MET;
}

static void demo_deinit(struct demo *demo)
{
	if (demo->server > 0)
		xapi_serve_end(demo->server);
	if (demo->work)
		folder_remove(demo->work);
	for (size_t i = 0; i < STEPS; i++)
		free(demo->runs[i].said);
	free(demo->work);
	free(demo->url);
	free(demo->program);
	free(demo->clients);
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct demo demo = { 0 };
	struct values values = { 0 };
	size_t count;
	int code = command_line_parse(line, argc, argv, &values, &count);

	if (code != COMMAND_GO_ON)
		return code;
	interrupt_watch();
	code = demo_make(&demo);
	if (code == EXIT_MET)
		code = steps_run(&demo) < 0 ? EXIT_RIG : EXIT_MET;
	if (code == EXIT_MET) {
		(values.json ? document_print : table_print)(&demo);
		code = code_of(&demo);
	}
	demo_deinit(&demo);
	interrupt_obey();
	return code;
}

static const struct command_option options[] = {
	{ "json", NULL, "print the runs as JSON", .offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line xapi_demo_action = {
	.name = "xapi demo",
	.summary = "back up a pool, let it fail, fix it and restore it",
	.options = options,
	.about = "Serves a pool with one VM and two disks, and backs it up, in full and as deltas. "
		 " The\n"
		 "client is Xen Orchestra's own worker if it is installed (tools/deps xo, or "
		 "XO_MODULES),\n"
		 "otherwise the reference client.  One run fails because the SR is full; after the "
		 "remedy\n"
		 "the next one succeeds.  All backups are restored and compared.",
	.examples = "  snaprig xapi demo\n",
	.exits = "  0    every run ended as expected, and every restore was right\n"
		 "  1    a run did not, or a restore was wrong\n"
		 "  2    the command line is wrong\n"
		 "  4    the rig or the machine failed\n"
		 "  77   there is no client\n",
	.run = run,
};
