/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/judge/results.h"

#include <stdbool.h>
#include <stdlib.h>

#include "scenarios/format/step_title.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"

static const struct {
	const char *name;
	int exit_code;
} outcomes[] = {
	[OUTCOME_PASSED] = { "passed", EXIT_MET },
	[OUTCOME_SKIPPED] = { "skipped", EXIT_SKIPPED },
	[OUTCOME_INCONCLUSIVE] = { "inconclusive", EXIT_INCONCLUSIVE },
	[OUTCOME_FAILED] = { "failed", EXIT_FINDING },
	[OUTCOME_TIMED_OUT] = { "timed-out", EXIT_TIMED_OUT },
	[OUTCOME_ERROR] = { "error", EXIT_RIG },
};

const char *outcome_name(enum outcome outcome)
{
	return outcomes[outcome].name;
}

int outcome_exit_code(enum outcome outcome)
{
	return outcomes[outcome].exit_code;
}

void results_init(struct results *results)
{
	*results = (struct results){ 0 };
}

void scenario_result_deinit(struct scenario_result *result)
{
	for (size_t i = 0; i < result->step_count; i++) {
		free(result->steps[i].phase);
		free(result->steps[i].title);
		free(result->steps[i].message);
	}
	for (size_t i = 0; i < result->backup_count; i++) {
		free(result->backups[i].name);
		free(result->backups[i].of);
		free(result->backups[i].reason);
		differences_destroy(result->backups[i].differences);
	}
	for (size_t i = 0; i < result->leak_count; i++)
		free(result->leaks[i]);
	for (size_t i = 0; i < result->evidence_count; i++) {
		free(result->evidence[i].name);
		free(result->evidence[i].text);
	}
	free(result->evidence);
	free(result->artifacts);
	free(result->flaky);
	free(result->steps);
	free(result->backups);
	free(result->leaks);
	free(result->name);
	free(result->path);
	free(result->about);
	free(result->profile);
	free(result->client);
	free(result->message);
	free(result->replay);
	timeline_destroy(result->timeline);
	free(result->client_version);
	free(result->record);
	free(result->replay_words);
}

void results_deinit(struct results *results)
{
	for (size_t i = 0; i < results->scenario_count; i++)
		scenario_result_deinit(&results->scenarios[i]);
	free(results->scenarios);
	environments_deinit(&results->environments);
	results_init(results);
}

struct scenario_result *results_add(struct results *results, const struct scenario *scenario)
{
	results->scenarios = heap_grow(
		results->scenarios, results->scenario_count, sizeof *results->scenarios);

	struct scenario_result *result = &results->scenarios[results->scenario_count++];

	*result = (struct scenario_result){
		.name = heap_copy(scenario->name),
		.path = heap_copy(scenario->path),
		.about = heap_copy(scenario->about),
		.profile = heap_copy(scenario->profile),
		.client = heap_copy(scenario->client),
		.seed = scenario->seed,
		.outcome = OUTCOME_PASSED,
		.runs = 1,
	};
	return result;
}

void result_raise(struct scenario_result *result, enum outcome outcome, const char *message)
{
	bool heavier = outcome > result->outcome;

	if (heavier)
		result->outcome = outcome;
	if (message && (heavier || !result->message)) {
		free(result->message);
		result->message = heap_copy(message);
	}
}

void result_add_step(struct scenario_result *result, const struct phase *phase,
	const struct step *step, enum outcome outcome, const char *message, uint64_t duration_ns)
{
	result->steps = heap_grow(result->steps, result->step_count, sizeof *result->steps);
	result->steps[result->step_count++] = (struct step_result){
		.phase = heap_copy(phase->name),
		.title = step_title(step),
		.place = step->place,
		.outcome = outcome,
		.message = heap_copy(message),
		.duration_ns = duration_ns,
	};
	if (outcome != OUTCOME_PASSED)
		result_raise(result, outcome, message);
}

void result_add_backup(struct scenario_result *result, const char *name, const char *of,
	enum verdict verdict, int exit_status, const char *reason, uint64_t duration_ns)
{
	result->backups = heap_grow(result->backups, result->backup_count, sizeof *result->backups);
	result->backups[result->backup_count++] = (struct backup_result){
		.name = heap_copy(name),
		.of = heap_copy(of),
		.verdict = verdict,
		.exit_status = exit_status,
		.reason = heap_copy(reason),
		.duration_ns = duration_ns,
	};
}

static struct backup_result *backup_latest(struct scenario_result *result)
{
	MUST(result->backup_count > 0);
	return &result->backups[result->backup_count - 1];
}

void result_measure_backup(struct scenario_result *result, const struct measures *measures)
{
	backup_latest(result)->measures = *measures;
}

void result_set_differences(struct scenario_result *result, struct differences *differences)
{
	struct backup_result *latest = backup_latest(result);

	differences_destroy(latest->differences);
	latest->differences = differences;
}

void result_rejudge_backup(struct scenario_result *result, enum verdict verdict, const char *reason)
{
	struct backup_result *latest = backup_latest(result);

	free(latest->reason);
	latest->verdict = verdict;
	latest->reason = heap_copy(reason);
}

void result_add_leak(struct scenario_result *result, const char *what)
{
	result->leaks = heap_grow(result->leaks, result->leak_count, sizeof *result->leaks);
	result->leaks[result->leak_count++] = heap_copy(what);
}

void result_add_evidence(
	struct scenario_result *result, const char *name, const char *text, bool is_cut)
{
	result->evidence = heap_grow(
		result->evidence, result->evidence_count, sizeof *result->evidence);
	result->evidence[result->evidence_count++] = (struct evidence){
		.name = heap_copy(name),
		.text = heap_copy(text),
		.is_cut = is_cut,
	};
}

void result_set_artifacts(struct scenario_result *result, const char *folder)
{
	free(result->artifacts);
	result->artifacts = heap_copy(folder);
}

struct scenario_result results_take_latest(struct results *results)
{
	MUST(results->scenario_count > 0);
	return results->scenarios[--results->scenario_count];
}

void result_succeed_to(struct scenario_result *result, struct scenario_result *earlier)
{
	result->runs = earlier->runs + 1;
	if (result->outcome == OUTCOME_PASSED) {
		result->flaky = heap_format("%s: %s", outcome_name(earlier->outcome),
			earlier->message ? earlier->message : "no reason given");
		result->evidence = TAKE_PTR(earlier->evidence);
		result->evidence_count = earlier->evidence_count;
		earlier->evidence_count = 0;
		result->artifacts = TAKE_PTR(earlier->artifacts);
	}
	scenario_result_deinit(earlier);
}

bool outcome_is_bad(enum outcome outcome)
{
	return outcome != OUTCOME_PASSED && outcome != OUTCOME_SKIPPED;
}

void result_set_replay(struct scenario_result *result, const char *replay)
{
	free(result->replay);
	result->replay = heap_copy(replay);
}

size_t results_missing(const struct results *results)
{
	return results->planned_count > results->scenario_count
		       ? results->planned_count - results->scenario_count
		       : 0;
}

int results_exit_code(const struct results *results)
{
	enum outcome heaviest = OUTCOME_PASSED;
	size_t skipped_count = 0;

	for (size_t i = 0; i < results->scenario_count; i++) {
		enum outcome outcome = results->scenarios[i].outcome;

		if (outcome == OUTCOME_SKIPPED)
			skipped_count++;
		else if (outcome > heaviest)
			heaviest = outcome;
	}
	if (skipped_count > 0 && skipped_count == results->scenario_count)
		heaviest = OUTCOME_SKIPPED;
	return outcome_exit_code(heaviest);
}
