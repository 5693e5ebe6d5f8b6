/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/lvm_world.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/process.h"
#include "scenarios/clients/words.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

#define SECTOR_BYTES 512u

/* The longest that reads are held for a command: most take a tenth of that. */
#define HELD_NS (2 * NS_PER_S)

char *lvm_rig_name(const struct client *client, const char *name)
{
	const struct client_words words = { .snapshot = name, .vg = LVM_GROUP, .lv = LVM_VOLUME };
	AUTO(auto_free) char *own = client ? client_calls(client, &words) : heap_copy(name);
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	MUST(file);
	fputs(LVM_GROUP "-", file);
	/* A dash in a name is doubled, because a single one separates names. */
	for (const char *at = own; *at; at++)
		fputs(*at == '-' ? "--" : (char[]){ *at, '\0' }, file);
	fclose(file);
	return text;
}

char *lvm_cow_size(const struct run *run)
{
	uint64_t volume_bytes = run->scenario->volume_bytes;
	struct size_or_share limit = { .is_share = true, .per_million = 500000 };
	uint64_t bytes;

	if (run->scenario->limit)
		MUST(size_or_share_parse(run->scenario->limit, &limit) == 0);
	bytes = limit.is_share
			? (uint64_t)((unsigned __int128)volume_bytes * limit.per_million / 1000000)
			: limit.bytes;
	bytes -= bytes % SECTOR_BYTES;
	return heap_format("%" PRIu64 "b", bytes > 0 ? bytes : SECTOR_BYTES);
}

void lvm_words(const struct run *run, const char *command, const char *words[LVM_WORDS_MAX])
{
	const char *const all[LVM_WORDS_MAX] = { run->program, "lvm", run->mount_point, "--",
		"/bin/sh", "-c", command, NULL };

	memcpy(words, all, sizeof all);
}

/* Returns the words that run STEP's command; if it ENTERS, in the existing world. */
static struct process_order line_order(const struct run *run, const struct step *step, bool enters,
	const char *log, const char *words[LVM_WORDS_MAX])
{
	const char *const beside[LVM_WORDS_MAX] = { run->program, "lvm", "--enter",
		run->mount_point, "--", "/bin/sh", "-c", step->value, NULL };

	lvm_words(run, step->value, words);
	if (enters)
		memcpy(words, beside, sizeof beside);
	return (struct process_order){
		.argv = words,
		.output_path = log,
		.folder = run->work,
		.time_limit_ns = run_time_limit_ns(run),
	};
}

/* Runs the command until it ends.  Returns 0 or -errno. */
static int line_run(const struct run *run, const struct step *step, bool enters, const char *log,
	struct process_result *ret)
{
	const char *words[LVM_WORDS_MAX];
	struct process_order order = line_order(run, step, enters, log, words);

	return process_run(&order, ret);
}

/*
 * Runs the command beside a reader, which is held through CONTROL.  A command that takes long may
 * wait for the reader, which is then released.  Returns 0 with its status, or -errno; -ETIMEDOUT
 * if it was killed.
 */
static int line_run_beside(const struct run *run, const struct step *step,
	struct control_client *control, const char *log, int *ret_status)
{
	const char *words[LVM_WORDS_MAX];
	struct process_order order = line_order(run, step, true, log, words);
	pid_t pid = process_start(&order);
	int error;

	if (pid < 0)
		return pid;
	error = process_wait(pid, HELD_NS, ret_status);
	if (error == 0)
		return 0;
	(void)control_client_call(control, "resume", NULL, RIG_PATIENCE_NS, NULL);
	error = process_wait(pid, order.time_limit_ns, ret_status);
	if (error < 0) {
		kill(-pid, SIGKILL);
		(void)process_wait(pid, HELD_NS, ret_status);
	}
	return error;
}

/* Judges the result. */
static enum outcome line_judge(
	const struct step *step, const char *log, int status, bool timed_out, struct reason *reason)
{
	AUTO(auto_free) char *line = file_last_line(log);

	if (timed_out) {
		reason_set(
			reason, "the line '%s' with LVM was killed at its time limit", step->name);
		return OUTCOME_TIMED_OUT;
	}
	if (status == 0)
		return OUTCOME_PASSED;
	if (status == EXIT_SKIPPED && line) {
		reason_set(reason, "%s", line);
		return OUTCOME_SKIPPED;
	}
	reason_set(reason, "the line '%s' with LVM exited with %d: %s", step->name, status,
		line ? line : "it said nothing");
	return OUTCOME_FAILED;
}

static char *line_log(const struct run *run, const struct step *step)
{
	return heap_format("%s/logs/%s.lvm.log", run->work, step->name);
}

/* Returns whether the device-mapper path of NAME is a word of TEXT. */
static bool has_path(const char *text, const char *name)
{
	AUTO(auto_free) char *path = heap_format("/dev/mapper/%s", name);

	for (const char *at = text; (at = strstr(at, path)); at++) {
		if (strchr(" \n", at[strlen(path)]))
			return true;
	}
	return false;
}

bool lvm_has_snapshot(struct run *run, const char *name)
{
	char called[] = "left", line[] = "lvs --noheadings -o lv_dm_path";
	const struct step step = { .name = called, .value = line };
	AUTO(auto_free) char *log = heap_format("%s/logs/left.lvm.log", run->work);
	struct process_result result;

	unlink(log);
	if (line_run(run, &step, false, log, &result) < 0)
		return true;

	AUTO(auto_free) char *said = file_text(log);
	bool was_told = result.exit_status == 0 && said;

	process_result_deinit(&result);
	return !was_told || has_path(said, name);
}

bool lvm_struck(struct run *run, unsigned beside_before, int exit_status)
{
	bool was_other = run->lvm_is_other;

	run->lvm_is_other = false;
	return run->lvm_lines_beside > beside_before || (was_other && exit_status != 0);
}

enum outcome run_lvm(struct run *run, const struct step *step, struct reason *reason)
{
	AUTO(auto_free) char *log = line_log(run, step);
	struct process_result result;
	enum outcome outcome;
	int error = line_run(run, step, run->underway != NULL, log, &result);

	run->lvm_is_other = true;
	if (error < 0) {
		reason_error(reason, error, "cannot run the line '%s' with LVM", step->name);
		return OUTCOME_ERROR;
	}
	outcome = line_judge(step, log, result.exit_status, result.timed_out, reason);
	process_result_deinit(&result);
	return outcome;
}

enum outcome run_lvm_now(const struct run *run, const struct step *step,
	struct control_client *control, struct reason *reason)
{
	AUTO(auto_free) char *log = line_log(run, step);
	int status = 0;
	int error = line_run_beside(run, step, control, log, &status);

	if (error < 0 && error != -ETIMEDOUT) {
		reason_error(reason, error, "cannot run the line '%s' with LVM", step->name);
		return OUTCOME_ERROR;
	}
	return line_judge(step, log, status, error == -ETIMEDOUT, reason);
}
