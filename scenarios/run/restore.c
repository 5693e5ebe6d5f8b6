/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/restore.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/heap.h"
#include "scenarios/run/client_run.h"
#include "simfs/base/cleanup.h"

void restored_compare(const struct run *run, const struct digest *restored,
	const struct snapshot_point *point, struct comparison *ret)
{
	bool is_whole = run->client->compares == CLIENT_COMPARES_WHOLE;

	digest_compare(point->content, restored, is_whole ? NULL : point->used, ret);
}

void restoring_deinit(struct restoring *restoring)
{
	digest_destroy(restoring->digest);
	free(restoring->detail);
}

static void restoring_set(struct restoring *restoring, enum restored restored, char *detail)
{
	free(restoring->detail);
	restoring->restored = restored;
	restoring->detail = detail;
}

/* Judges the file that the restore command has made, if any. */
static void restored_look(struct run *run, const char *path, const struct snapshot_point *point,
	struct restoring *ret)
{
	int64_t size = file_size(path);
	struct comparison comparison;

	if (!point) {
		restoring_set(ret, RESTORED_UNKNOWN,
			heap_copy("no snapshot was taken to compare it with"));
		return;
	}
	if (size < 0) {
		restoring_set(ret, RESTORED_NOTHING, heap_copy("the restore made no file"));
		return;
	}
	if ((uint64_t)size < run->scenario->volume_bytes) {
		restoring_set(ret, RESTORED_NOTHING,
			heap_format("the restored file has %" PRId64 " bytes instead of %" PRIu64,
				size, run->scenario->volume_bytes));
		return;
	}
	if (digest_create(path, &ret->digest) < 0) {
		restoring_set(ret, RESTORED_UNKNOWN, heap_copy("the restored file cannot be read"));
		return;
	}
	restored_compare(run, ret->digest, point, &comparison);
	restoring_set(ret, comparison.same ? RESTORED_RIGHT : RESTORED_WRONG,
		comparison_text(&comparison));
}

int restore_try(struct run *run, const struct run_backup *backup, struct reason *reason,
	struct restoring *ret)
{
	AUTO(auto_free) char *image = heap_format("%s/restored/%s.img", run->work, backup->name);
	struct client_order order = {
		.what = "restore",
		.template = run->client->restore,
		.backup = backup,
		.restored = image,
	};
	struct process_result process;
	int error;

	unlink(image);
	error = client_run(run, &order, &process);
	if (error < 0)
		return reason_error(
			reason, error, "cannot run the restore of '%s'", run->client->name);
	if (process.exit_status != 0) {
		AUTO(auto_free) char *log = client_log(run, backup->name, order.what);
		AUTO(auto_free) char *line = file_last_line(log);

		restoring_set(ret, RESTORED_NOTHING,
			heap_format("the restore exited with %d: %s", process.exit_status,
				line ? line : "it said nothing"));
	} else {
		restored_look(run, image, point_find(run, backup->of), ret);
	}
	process_result_deinit(&process);
	if (!run->options->keep)
		unlink(image);
	return 0;
}

void restored_keep(struct run *run, struct restoring *restoring)
{
	digest_destroy(run->restored);
	run->restored = TAKE_PTR(restoring->digest);
}

enum outcome run_restore_step(struct run *run, const struct step *step, struct reason *reason)
{
	struct restoring restoring = { .restored = RESTORED_NOTHING };
	const struct run_backup *backup = NULL;
	enum outcome outcome = OUTCOME_PASSED;

	for (size_t i = 0; i < run->backup_count; i++) {
		if (strcmp(run->backups[i].name, step->of) == 0)
			backup = &run->backups[i];
	}
	if (!backup) {
		reason_set(reason, "there is no backup '%s'", step->of);
		return OUTCOME_ERROR;
	}
	if (restore_try(run, backup, reason, &restoring) < 0)
		outcome = OUTCOME_ERROR;
	else if (!restoring.digest) {
		reason_set(
			reason, "backup '%s' cannot be restored: %s", step->of, restoring.detail);
		outcome = OUTCOME_FAILED;
	}
	restored_keep(run, &restoring);
	restoring_deinit(&restoring);
	return outcome;
}
