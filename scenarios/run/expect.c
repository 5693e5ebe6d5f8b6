/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expect.c - checks expectations.
 *
 * There is one function per kind of expectation; each is called for every expect step, and passes
 * if the step does not use it.  An expected failure that did not occur is not a finding if the
 * fault did not strike: then the result is inconclusive, unless the client names the cause.  But a
 * wrong backup that is reported as right is a finding, or what was expected, even without a fault.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/files.h"
#include "scenarios/judge/verdict.h"
#include "scenarios/run/run_left.h"
#include "scenarios/run/run_points.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

static struct run_backup *backup_latest(struct run *run)
{
	return run->backup_count > 0 ? &run->backups[run->backup_count - 1] : NULL;
}

static enum outcome no_backup(struct reason *reason)
{
	reason_set(reason, "no backup was made yet");
	return OUTCOME_ERROR;
}

static enum outcome fault_missing(const struct run_backup *backup, struct reason *reason)
{
	reason_set(reason,
		"%s '%s' %s when backup '%s' ended, and no rule had fired: the fault never struck",
		backup->takes ? "neither a writer nor snapshot" : "snapshot", backup->of,
		backup->takes ? "had failed" : "was still active", backup->name);
	return OUTCOME_INCONCLUSIVE;
}

static bool backup_said(const struct run_backup *backup, const char *text)
{
	AUTO(auto_free) char *said = file_text(backup->log_path);

	return said && strstr(said, text);
}

/* The client names the cause: then that cause, which is not a rule, has struck. */
static bool cause_is_said(const struct run_backup *backup, const struct expectation *wish)
{
	return wish->says && backup_said(backup, wish->says);
}

static bool verdict_fits(enum verdict wished, enum verdict met)
{
	/* A recovered backup is intact. */
	return met == wished || (wished == VERDICT_INTACT && met == VERDICT_RECOVERED);
}

static enum outcome check_verdict(
	struct run *run, const struct expectation *wish, struct reason *reason)
{
	struct run_backup *backup = backup_latest(run);

	if (wish->verdict == VERDICT_NONE)
		return OUTCOME_PASSED;
	if (!backup)
		return no_backup(reason);
	if (!verdict_is_of_success(wish->verdict) && !backup->fault_struck &&
		!cause_is_said(backup, wish) && backup->verdict != VERDICT_SILENT_CORRUPTION)
		return fault_missing(backup, reason);
	if (verdict_fits(wish->verdict, backup->verdict))
		return OUTCOME_PASSED;
	reason_set(reason, "expected verdict %s, met %s: %s", verdict_name(wish->verdict),
		verdict_name(backup->verdict), backup->reason);
	if (backup->verdict == VERDICT_HUNG)
		return OUTCOME_TIMED_OUT;
	if (backup->verdict == VERDICT_INCONCLUSIVE)
		return OUTCOME_INCONCLUSIVE;
	/* It is intact, but nothing had failed before, so it does not prove a recovery. */
	return verdict_is_good(backup->verdict) && verdict_is_good(wish->verdict)
		       ? OUTCOME_INCONCLUSIVE
		       : OUTCOME_FAILED;
}

static bool exit_fits(const struct expectation *wish, int exit_status)
{
	switch (wish->exit_wish) {
	case EXIT_WISH_ANY:
		return true;
	case EXIT_WISH_ZERO:
		return exit_status == 0;
	case EXIT_WISH_NONZERO:
		return exit_status != 0;
	case EXIT_WISH_NUMBER:
		/* The parent sees only the low byte. */
		return (wish->exit_number & 0xff) == (exit_status & 0xff);
	}
	return false;
}

static enum outcome check_exit(
	struct run *run, const struct expectation *wish, struct reason *reason)
{
	struct run_backup *backup = backup_latest(run);

	if (wish->exit_wish == EXIT_WISH_ANY)
		return OUTCOME_PASSED;
	if (!backup)
		return no_backup(reason);
	if (exit_fits(wish, backup->exit_status))
		return OUTCOME_PASSED;
	if (wish->exit_wish == EXIT_WISH_NUMBER)
		reason_set(reason, "expected exit code %d, met %d", wish->exit_number,
			backup->exit_status);
	else
		reason_set(reason, "expected exit code %s, met %d",
			wish->exit_wish == EXIT_WISH_ZERO ? "zero" : "nonzero",
			backup->exit_status);
	return backup->verdict == VERDICT_HUNG ? OUTCOME_TIMED_OUT : OUTCOME_FAILED;
}

/*
 * A failure that was noticed, but attributed to another cause than expected, is misreported.  The
 * rig cannot know the right words: the expectation has them.
 */
static void judge_cause(struct run *run, const struct expectation *wish)
{
	struct run_backup *backup = backup_latest(run);

	if (!wish->says || !backup || backup->verdict != VERDICT_DETECTED ||
		!backup->fault_struck || backup_said(backup, wish->says))
		return;
	backup->cause_unnamed = true;
	backup->verdict = VERDICT_MISREPORTED;
	free(backup->reason);
	backup->reason = heap_format("the failure was noticed, but not as '%s'", wish->says);
	result_rejudge_backup(run->result, backup->verdict, backup->reason);
}

static enum outcome check_says(
	struct run *run, const struct expectation *wish, struct reason *reason)
{
	struct run_backup *backup = backup_latest(run);

	if (!wish->says)
		return OUTCOME_PASSED;
	if (!backup)
		return no_backup(reason);

	AUTO(auto_free) char *line = file_last_line(backup->log_path);

	/* It is misreported because it does not say so. */
	if (backup_said(backup, wish->says) ||
		(wish->verdict == VERDICT_MISREPORTED && backup->cause_unnamed))
		return OUTCOME_PASSED;
	reason_set(reason, "the client did not say '%s'; its last line is '%s'", wish->says,
		line ? line : "");
	return OUTCOME_FAILED;
}

static bool text_is(json_t *json, const char *wish)
{
	const char *text = json_string_value(json);

	return text && strcmp(text, wish) == 0;
}

static const char *text_or(json_t *json, const char *other)
{
	return json_is_string(json) ? json_string_value(json) : other;
}

static enum outcome check_snapshot(
	struct run *run, const struct expectation *wish, struct reason *reason)
{
	enum outcome outcome = OUTCOME_PASSED;

	if (!wish->snapshot || (!wish->state && !wish->error))
		return OUTCOME_PASSED;

	json_t *snapshot = rig_snapshot(run->rig, wish->snapshot);
	json_t *state = json_object_get(snapshot, "state");
	json_t *error = json_object_get(snapshot, "error");

	if (!snapshot) {
		/* Some systems delete a failed snapshot. */
		if (wish->state && strcmp(wish->state, "gone") == 0)
			return OUTCOME_PASSED;
		reason_set(reason, "there is no snapshot '%s'", wish->snapshot);
		return OUTCOME_FAILED;
	}
	if (wish->state && !text_is(state, wish->state)) {
		reason_set(reason, "snapshot '%s' is %s, expected %s", wish->snapshot,
			text_or(state, "without a state"), wish->state);
		outcome = text_is(state, "active") ? OUTCOME_INCONCLUSIVE : OUTCOME_FAILED;
	} else if (wish->error && !text_is(error, wish->error)) {
		reason_set(reason, "snapshot '%s' has error %s, expected %s", wish->snapshot,
			text_or(error, "none"), wish->error);
		outcome = text_is(state, "active") ? OUTCOME_INCONCLUSIVE : OUTCOME_FAILED;
	}
	json_decref(snapshot);
	return outcome;
}

static enum outcome check_kernel_log(
	struct run *run, const struct expectation *wish, struct reason *reason)
{
	if (!wish->kernel_log)
		return OUTCOME_PASSED;

	AUTO(auto_free) char *path = work_path(run, "mnt", ".snaprig/kernel.log");
	AUTO(auto_free) char *text = file_text(path);
	AUTO(auto_free) char *line = file_last_line(path);

	if (text && strstr(text, wish->kernel_log))
		return OUTCOME_PASSED;
	reason_set(reason, "the kernel log does not have '%s'; its last line is '%s'",
		wish->kernel_log, line ? line : "");
	return OUTCOME_FAILED;
}

static enum outcome check_live(
	struct run *run, const struct expectation *wish, struct reason *reason)
{
	struct comparison comparison;
	struct digest *met;

	if (!wish->live_intact)
		return OUTCOME_PASSED;

	if (live_digest(run, reason, &met) < 0)
		return OUTCOME_ERROR;
	ledger_compare(run->ledger, met, &comparison);
	digest_destroy(met);
	if (comparison.same)
		return OUTCOME_PASSED;

	AUTO(auto_free) char *text = comparison_text(&comparison);

	reason_set(reason, "the live content is not what was written: %s", text);
	return OUTCOME_FAILED;
}

static enum outcome check_content(
	struct run *run, const struct expectation *wish, struct reason *reason)
{
	struct snapshot_point *point = wish->content ? point_find_content(run, wish->content)
						     : NULL;

	if (!wish->content)
		return OUTCOME_PASSED;
	if (!point) {
		reason_set(reason, "there was no snapshot '%s'", wish->content);
		return OUTCOME_ERROR;
	}
	if (!run->restored && !run->restored_tree) {
		reason_set(reason, "nothing complete was restored");
		return OUTCOME_FAILED;
	}

	AUTO(auto_free) char *text = NULL;
	bool is_same = false;

	if (restored_compare(run, point, reason, &is_same, &text) < 0)
		return OUTCOME_ERROR;
	if (is_same)
		return OUTCOME_PASSED;
	reason_set(reason, "the restored content is not that of snapshot '%s': %s", wish->content,
		text);
	return OUTCOME_FAILED;
}

static enum outcome check_leaks(
	struct run *run, const struct expectation *wish, struct reason *reason)
{
	AUTO(auto_free) char *all = heap_copy("");

	if (!wish->no_leaks)
		return OUTCOME_PASSED;
	leaks_look(run);
	if (run->result->leak_count == 0)
		return OUTCOME_PASSED;
	for (size_t i = 0; i < run->result->leak_count; i++) {
		char *more = heap_format("%s%s%s", all, i > 0 ? ", " : "", run->result->leaks[i]);

		free(all);
		all = more;
	}
	reason_set(reason, "left behind: %s", all);
	return OUTCOME_FAILED;
}

static const struct {
	wish_check *check;
	bool needs_fault; /* if not met, it proves nothing unless the fault has struck */
} checks[] = {
	{ check_verdict, true },
	{ check_exit, true },
	{ check_says, true },
	{ check_snapshot, true },
	{ check_kernel_log, true },
	{ check_gauge, true },
	{ check_counter, true },
	{ check_journal, true },
	{ check_elapsed, false },
	{ check_live, false },
	{ check_content, false },
	{ check_leaks, false },
};

enum outcome run_expect(struct run *run, const struct step *step, struct reason *reason)
{
	const struct expectation *wish = &step->expectation;
	struct run_backup *backup = backup_latest(run);
	enum outcome heaviest = OUTCOME_PASSED, soft = OUTCOME_PASSED;
	bool is_inconclusive = false;

	if (backup && (wish->verdict != VERDICT_NONE || wish->exit_wish != EXIT_WISH_ANY))
		backup->judged = true;
	judge_cause(run, wish);
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		struct reason why = { "" };
		enum outcome outcome = checks[i].check(run, wish, &why);
		enum outcome *sum = checks[i].needs_fault ? &soft : &heaviest;
		size_t length = strlen(reason->text);

		if (outcome == OUTCOME_PASSED)
			continue;
		if (outcome > *sum)
			*sum = outcome;
		is_inconclusive = is_inconclusive || outcome == OUTCOME_INCONCLUSIVE;
		snprintf(reason->text + length, sizeof reason->text - length, "%s%s",
			length > 0 ? "; " : "", why.text);
	}
	if (backup && step->of_failure && (wish->kernel_log || wish->gauge.value) &&
		heaviest == OUTCOME_PASSED && soft == OUTCOME_PASSED)
		backup->fault_struck = true;
	if (is_inconclusive && soft == OUTCOME_FAILED)
		soft = OUTCOME_INCONCLUSIVE;
	if (is_inconclusive)
		run->is_over = true;
	return soft > heaviest ? soft : heaviest;
}

void judge_unjudged(struct run *run)
{
	for (size_t i = 0; i < run->backup_count; i++) {
		const struct run_backup *backup = &run->backups[i];
		bool is_hung = backup->verdict == VERDICT_HUNG;

		if (backup->judged || verdict_is_good(backup->verdict) ||
			backup->verdict == VERDICT_NONE)
			continue;

		AUTO(auto_free)
		char *message = heap_format("backup '%s' is %s, which no step expects: %s",
			backup->name, verdict_name(backup->verdict), backup->reason);

		result_raise(run->result, is_hung ? OUTCOME_TIMED_OUT : OUTCOME_FAILED, message);
	}
}
