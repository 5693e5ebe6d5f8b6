/* SPDX-License-Identifier: Apache-2.0 */
/* check_run.c - runs the scenario of a check, and reports the worst verdict that applies. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/quote.h"
#include "scenarios/cli/check.h"
#include "scenarios/judge/verdict.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"

/* A tree is restored into an existing folder. */
#define RESTORE_DEFAULT	     "cp -- {out} {restored}"
#define RESTORE_TREE_DEFAULT "cp -a -- {out}/. {restored}"

/* What is kept of a finished backup. */
struct met {
	enum verdict verdict;
	int exit_status;
	bool has_struck;
	bool is_there;
	struct measures measures;
	bool has_place;
	uint64_t place_bytes;
	char *reason;
};

struct check {
	const struct check_arguments *arguments;
	bool is_broken; /* a failure or a rule should strike */
	bool has_mark;	/* when what must be seen of it is seen, it has struck */
	struct met steady, inject, remedy;
};

/* The worst last. */
static const enum verdict by_weight[] = {
	VERDICT_NONE,
	VERDICT_INTACT,
	VERDICT_RECOVERED,
	VERDICT_DETECTED,
	VERDICT_INCONCLUSIVE,
	VERDICT_LEAKED,
	VERDICT_RETRIED_NON_RETRYABLE,
	VERDICT_HUNG,
	VERDICT_MISREPORTED,
	VERDICT_SILENT_CORRUPTION,
};

static size_t weight_of(enum verdict verdict)
{
	size_t weight = 0;

	while (weight + 1 < sizeof by_weight / sizeof by_weight[0] && by_weight[weight] != verdict)
		weight++;
	return weight;
}

static void backup_over(void *context, const struct run_backup *backup)
{
	struct check *check = context;
	struct met *met = strcmp(backup->name, FAILURE_BACKUP) == 0 ? &check->inject
			  : check->inject.is_there		    ? &check->remedy
								    : &check->steady;

	/* A problem before the failure is reported, whatever follows. */
	if (met == &check->steady && met->is_there && !verdict_is_good(met->verdict))
		return;

	free(met->reason);
	*met = (struct met){
		.verdict = backup->verdict,
		.exit_status = backup->exit_status,
		.has_struck = backup->fault_struck,
		.is_there = true,
		.measures = backup->measures,
		.has_place = backup->has_place,
		.place_bytes = backup->place_bytes,
		.reason = heap_copy(backup->reason),
	};
}

static void result_set(struct check_result *result, const char *verdict, int code, const char *why)
{
	free(result->why);
	result->verdict = verdict;
	result->code = code;
	result->why = heap_copy(why ? why : "");
}

static void verdict_set(struct check_result *result, enum verdict verdict, int code,
	const char *before, const struct met *met)
{
	AUTO(auto_free) char *why = heap_format("%s%s", before, met->reason ? met->reason : "");

	result_set(result, verdict_name(verdict), code, why);
}

/* Returns what an expectation of the failure did not find in the rig; NULL if it found
 * everything. */
static const char *not_seen(const struct scenario_result *run)
{
	for (size_t i = 0; i < run->step_count; i++) {
		const struct step_result *step = &run->steps[i];

		if (step->outcome == OUTCOME_FAILED || step->outcome == OUTCOME_INCONCLUSIVE)
			return step->message;
	}
	return NULL;
}

/* Worse than inconclusive: a finding, even if nothing should have been found. */
static bool is_bad(const struct met *met)
{
	return weight_of(met->verdict) > weight_of(VERDICT_INCONCLUSIVE);
}

/* Returns why nothing can be said about the client; NULL if something can. */
static const char *undecided(const struct check *check, const struct scenario_result *run)
{
	const char *missed = not_seen(run);

	if (!check->inject.has_struck && (missed || !check->has_mark))
		return "the failure never struck";
	return check->inject.verdict == VERDICT_INCONCLUSIVE && !missed ? check->inject.reason
									: missed;
}

static void broken_judge(
	const struct check *check, const struct scenario_result *run, struct check_result *result)
{
	const struct met *inject = &check->inject, *remedy = &check->remedy;
	const char *why = undecided(check, run);
	bool has_recovered = !remedy->is_there || verdict_is_good(remedy->verdict);

	if (is_bad(inject) && weight_of(inject->verdict) >= weight_of(remedy->verdict))
		verdict_set(result, inject->verdict,
			inject->verdict == VERDICT_HUNG ? EXIT_TIMED_OUT : EXIT_FINDING, "",
			inject);
	else if (is_bad(remedy) || (!why && !has_recovered))
		verdict_set(result, remedy->verdict, EXIT_FINDING, "after the remedy: ", remedy);
	else if (why)
		result_set(result, verdict_name(VERDICT_INCONCLUSIVE), EXIT_INCONCLUSIVE, why);
	else
		verdict_set(result, inject->verdict, EXIT_MET, "", inject);
}

static void sound_judge(const struct check *check, struct check_result *result)
{
	const struct met *met = &check->inject;
	int code = verdict_is_good(met->verdict)	  ? EXIT_MET
		   : met->verdict == VERDICT_HUNG	  ? EXIT_TIMED_OUT
		   : met->verdict == VERDICT_INCONCLUSIVE ? EXIT_INCONCLUSIVE
							  : EXIT_FINDING;

	verdict_set(result, met->verdict, code, "", met);
}

/* A leak is a finding, and is reported in addition to others. */
static void leaks_judge(const struct scenario_result *run, struct check_result *result)
{
	if (run->leak_count == 0)
		return;

	AUTO(auto_free) char *left = heap_format("it left behind: %s", run->leaks[0]);
	AUTO(auto_free) char *both = heap_format("%s; %s", result->why, left);

	if (result->code == EXIT_MET)
		result_set(result, verdict_name(VERDICT_LEAKED), EXIT_FINDING, left);
	else if (!strstr(result->why, run->leaks[0]))
		result_set(result, result->verdict, result->code, both);
}

static void judge(
	const struct check *check, const struct scenario_result *run, struct check_result *result)
{
	if (run->outcome == OUTCOME_SKIPPED)
		result_set(result, "skipped", EXIT_SKIPPED, run->message);
	else if (run->outcome == OUTCOME_ERROR)
		result_set(result, "error", EXIT_RIG, run->message);
	else if (check->steady.is_there && !verdict_is_good(check->steady.verdict))
		verdict_set(result, check->steady.verdict, EXIT_FINDING,
			"without any failure: ", &check->steady);
	else if (!check->inject.is_there)
		result_set(result, verdict_name(VERDICT_INCONCLUSIVE), EXIT_INCONCLUSIVE,
			run->message);
	else if (check->is_broken)
		broken_judge(check, run, result);
	else
		sound_judge(check, result);
	if (result->code == EXIT_FINDING && !check->arguments->restore &&
		!check->arguments->adapter) {
		AUTO(auto_free)
		char *why = heap_format(
			"%s; restored as a copy of {out}, because there is no --restore",
			result->why);

		result_set(result, result->verdict, result->code, why);
	}
	if (check->inject.is_there && check->inject.exit_status == 127 &&
		!check->arguments->adapter) {
		AUTO(auto_free)
		char *why = heap_format("%s; exit 127 is a shell's: is there no program '%s'?",
			result->why, check->arguments->command[0]);

		result_set(result, result->verdict, result->code, why);
	}
	leaks_judge(run, result);
}

static char *text_list_add(struct text_list *list, const char *text)
{
	list->texts = heap_grow(list->texts, list->count, sizeof *list->texts);
	return list->texts[list->count++] = heap_copy(text);
}

static struct client *client_make(const struct check_arguments *arguments)
{
	struct client *client = heap_new(sizeof *client);
	const char *slash = strrchr(arguments->command[0], '/');
	bool is_tree = arguments->gives == CLIENT_GIVES_TREE;
	const char *restore = is_tree ? RESTORE_TREE_DEFAULT : RESTORE_DEFAULT;

	client->name = heap_copy(slash ? slash + 1 : arguments->command[0]);
	client->about = heap_copy("");
	client->backup = heap_copy(arguments->backup);
	client->restore = heap_copy(arguments->restore ? arguments->restore : restore);
	client->compares = is_tree ? CLIENT_COMPARES_TREE : CLIENT_COMPARES_WHOLE;
	client->gives = arguments->gives;
	client->leaves = client_leaves_of(arguments->gives);
	client->takes_snapshot = arguments->takes;
	client->keeps = arguments->keeps;
	/* Files whose names begin with {out} are its product, and so is the common repository. */
	text_list_add(&client->publishes, "{out}*");
	text_list_add(&client->publishes, "{out}/");
	text_list_add(&client->publishes, "{repo}/");
	return client;
}

static void option_write(const char *name, const char *value, FILE *file)
{
	AUTO(auto_free) char *quoted = shell_quote(value);

	fprintf(file, " --%s %s", name, quoted);
}

/* Adds what strikes, and when; everything else is in the words already. */
static char *replay_make(
	const struct check_arguments *arguments, const struct failure *failure, const char *profile)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	MUST(file);
	fputs("snaprig check", file);
	if (profile || arguments->profile)
		option_write("profile", profile ? profile : arguments->profile, file);
	if (failure)
		option_write("failure",
			strchr(arguments->failure, '/') ? arguments->failure
							: failure->scenario.name,
			file);
	if (arguments->at)
		option_write("at", arguments->at, file);
	for (size_t i = 0; i < arguments->faults.count && !arguments->only_counts; i++)
		option_write("fault", arguments->faults.texts[i], file);
	fprintf(file, " --seed %" PRIu64 " %s", arguments->seed, arguments->words);
	fclose(file);
	return text;
}

static void result_take(struct check_result *ret, struct scenario_result *run)
{
	ret->seconds = (double)run->duration_ns / (double)NS_PER_S;
	for (size_t i = 0; i < run->leak_count; i++) {
		ret->leaks = heap_grow(ret->leaks, ret->leak_count, sizeof *ret->leaks);
		ret->leaks[ret->leak_count++] = heap_copy(run->leaks[i]);
	}
}

/* Returns whether an expectation is about something that only the failure causes, in the log or in
 * a gauge. */
static bool has_mark(const struct failure_profile *profile)
{
	for (size_t i = 0; profile && i < profile->see_count; i++) {
		const struct expectation *wish = &profile->sees[i].expectation;

		if (wish->kernel_log || wish->gauge.value)
			return true;
	}
	return false;
}

/* A failure that does nothing, to make a scenario of. */
static struct failure *failure_none(void)
{
	static const char text[] = "name: check\nabout: a check\nprofiles: { plain: [] }\n"
				   "inject: [ snapshot: s1, backup: { of: s1, to: b1 } ]\n";
	struct mistakes mistakes;
	struct failure *failure;

	mistakes_init(&mistakes);
	MUST(failure_parse("check", text, strlen(text), &mistakes, &failure) == 0);
	mistakes_deinit(&mistakes);
	return failure;
}

void check_run(const struct check_arguments *arguments, struct failure *failure,
	const char *profile, struct check_result *ret)
{
	struct check check = {
		.arguments = arguments,
		.is_broken = failure || (arguments->faults.count > 0 && !arguments->only_counts),
	};
	struct failure *made = failure ? failure : failure_none();
	struct client *made_client = arguments->adapter ? NULL : client_make(arguments);
	const struct client *client = arguments->adapter ? arguments->adapter : made_client;
	struct run_options options = arguments->options;
	struct results results;

	*ret = (struct check_result){
		.failure = failure ? heap_copy(failure->scenario.name) : NULL,
		/* A caller with an adapter makes its own. */
		.replay = arguments->adapter ? heap_copy("")
					     : replay_make(arguments, failure, profile),
		.client_exit = -1,
		.seed = arguments->seed,
	};
	check.has_mark = failure && has_mark(failure_profile(made, profile));
	check_compose(arguments, made, failure ? failure_profile(made, profile) : NULL);
	ret->profile = heap_copy(made->scenario.profile);
	options.backup_over = backup_over;
	options.context = &check;
	options.looks_back = arguments->has_repository;
	results_init(&results);
	run_scenario(&made->scenario, client, &options, &results);
	result_take(ret, &results.scenarios[0]);
	judge(&check, &results.scenarios[0], ret);
	if (check.inject.is_there) {
		ret->client_exit = check.inject.exit_status;
		ret->measures = check.inject.measures;
		ret->fired = results.scenarios[0].fault_strikes;
		ret->hits = results.scenarios[0].fault_matches;
		ret->has_place = check.inject.has_place;
		ret->place_bytes = check.inject.place_bytes;
		if (ret->fired == 0 && check.is_broken && ret->code != EXIT_INCONCLUSIVE &&
			(check.inject.has_struck || check.has_mark))
			ret->fired = 1;
	}
	ret->remedy = check.remedy.is_there ? verdict_name(check.remedy.verdict) : NULL;
	results_deinit(&results);
	free(check.steady.reason);
	free(check.inject.reason);
	free(check.remedy.reason);
	client_destroy(made_client);
	failure_destroy(made);
}

void check_result_deinit(struct check_result *result)
{
	for (size_t i = 0; i < result->leak_count; i++)
		free(result->leaks[i]);
	free(result->leaks);
	free(result->failure);
	free(result->profile);
	free(result->why);
	free(result->replay);
}
