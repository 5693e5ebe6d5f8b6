/* SPDX-License-Identifier: Apache-2.0 */
/* faults.c - the faults of a scenario: armed, told about phases, and checked at the end. */
#include <stdlib.h>
#include <string.h>

#include "faults/rule.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

static json_int_t count_of(const json_t *fault, const char *which)
{
	return json_integer_value(json_object_get(fault, which));
}

/* Some clients see only a read that ends before a bad sector. */
static json_int_t strikes_of(const json_t *fault)
{
	return count_of(fault, "fired") + count_of(fault, "cut");
}

/* Raises the result if the rule FAULT has not struck so far, and no longer can. */
static void fault_check(struct run *run, const json_t *fault)
{
	json_int_t matched = count_of(fault, "matched");

	if (strikes_of(fault) > 0)
		return;

	AUTO(auto_free)
	char *message = heap_format("the fault '%s' never struck: %s",
		json_string_value(json_object_get(fault, "rule")),
		matched > 0 ? "its count or chance never came up"
			    : "nothing that it is for happened");

	result_raise(run->result, OUTCOME_INCONCLUSIVE, message);
}

/* Call it before the rule NAME, if it exists, is removed.  Returns 0, or -errno with REASON. */
static int fault_goes(struct run *run, const char *name, struct reason *reason)
{
	json_t *answer = NULL, *fault;
	size_t index;
	int error = rig_call(run->rig, "fault.list", NULL, reason, &answer);

	json_array_foreach(json_object_get(answer, "faults"), index, fault)
	{
		const char *its_name = json_string_value(json_object_get(fault, "name"));

		if (!its_name || strcmp(its_name, name) != 0)
			continue;
		fault_check(run, fault);
		run->gone_strikes += strikes_of(fault);
	}
	json_decref(answer);
	return error;
}

static int fault_add(struct run *run, const char *rule, struct reason *reason)
{
	char message[RULE_MESSAGE_BYTES];
	struct fault_rule parsed;
	bool can_be_read = rule_parse(rule, &parsed, message) == 0;
	int error = 0;

	run->has_faults = true;
	if (can_be_read && parsed.action == FAULT_CRASH)
		run->may_crash = true;
	if (can_be_read && parsed.name[0] && !run->options->repeats)
		error = fault_goes(run, parsed.name, reason);
	if (error < 0)
		return error;
	return rig_call(run->rig, "fault.add", json_pack("{s:s}", "rule", rule), reason, NULL);
}

/* Returns the number of the next rule with TEXT, from 0, and remembers TEXT. */
static unsigned occurrence_of(struct run *run, const char *text)
{
	unsigned occurrence = 0;

	for (size_t i = 0; i < run->rule_count; i++)
		occurrence += strcmp(run->rules_added[i], text) == 0;
	run->rules_added = heap_grow(run->rules_added, run->rule_count, sizeof *run->rules_added);
	run->rules_added[run->rule_count++] = heap_copy(text);
	return occurrence;
}

/* Adds a rule for each recorded hit of RULE; if it had none, a rule that never strikes. */
static int hits_add(struct run *run, const char *rule, struct reason *reason)
{
	const struct record *record = run->options->repeats;
	AUTO(auto_free) char *text = record_rule_text(rule);
	AUTO(auto_free) char *idle = record_idle_rule(rule);
	unsigned occurrence = occurrence_of(run, text);
	bool had_hits = false;
	int error = 0;

	for (size_t i = 0; i < record->hit_count && error == 0; i++) {
		const struct record_hit *hit = &record->hits[i];
		const struct record_rule *of = &record->rules[hit->rule];

		if (of->occurrence != occurrence || strcmp(of->text, text) != 0)
			continue;
		had_hits = true;
		if (hit->is_left_out)
			continue;

		AUTO(auto_free) char *exact = record_hit_rule(record, hit);

		error = fault_add(run, exact, reason);
	}
	return had_hits ? error : fault_add(run, idle, reason);
}

enum outcome run_fault(struct run *run, const struct step *step, struct reason *reason)
{
	for (size_t i = 0; i < step->faults.count; i++) {
		const char *rule = step->faults.texts[i];
		int error = run->options->repeats ? hits_add(run, rule, reason)
						  : fault_add(run, rule, reason);

		if (error < 0)
			return OUTCOME_ERROR;
	}
	return OUTCOME_PASSED;
}

enum outcome run_fault_remove(struct run *run, const struct step *step, struct reason *reason)
{
	/* Each repeated hit is a rule without a name, which ends by itself; only what it holds
	 * must be released. */
	bool repeats = run->options->repeats != NULL;
	int error = repeats ? 0 : fault_goes(run, step->name, reason);

	if (error == 0 && repeats)
		error = rig_call(run->rig, "fault.release", NULL, reason, NULL);
	else if (error == 0)
		error = rig_call(run->rig, "fault.remove", json_pack("{s:s}", "fault", step->name),
			reason, NULL);
	return error < 0 ? OUTCOME_ERROR : OUTCOME_PASSED;
}

int phase_tell(struct run *run, const struct phase *phase, struct reason *reason)
{
	return rig_call(
		run->rig, "phase.set", json_pack("{s:s}", "phase", phase->name), reason, NULL);
}

json_int_t faults_strikes(struct run *run)
{
	struct reason reason = { "" };
	json_int_t strikes = run->gone_strikes;
	json_int_t matches = 0;
	json_t *answer = NULL, *fault;
	size_t index;

	/* If the rig is gone, the reason is known. */
	if (!run->has_faults || rig_call(run->rig, "fault.list", NULL, &reason, &answer) < 0)
		return run->fault_strikes;
	json_array_foreach(json_object_get(answer, "faults"), index, fault)
	{
		strikes += strikes_of(fault);
		matches += count_of(fault, "matched");
	}
	run->result->fault_matches = (uint64_t)matches;
	json_decref(answer);
	return strikes;
}

bool faults_struck(struct run *run, json_int_t strikes_before)
{
	json_int_t counted = run->fault_strikes;
	json_int_t strikes = faults_strikes(run);

	run->fault_strikes = strikes;
	run->result->fault_strikes += strikes > counted ? (uint64_t)(strikes - counted) : 0;
	return strikes > strikes_before;
}

void faults_check(struct run *run)
{
	struct reason reason = { "" };
	json_t *answer = NULL, *fault;
	size_t index;

	/* If the rig is gone, the reason is known. */
	if (!run->has_faults || rig_call(run->rig, "fault.list", NULL, &reason, &answer) < 0)
		return;
	json_array_foreach(json_object_get(answer, "faults"), index, fault) fault_check(run, fault);
	json_decref(answer);
}

void faults_let_go(void *context)
{
	struct run *run = context;
	struct reason reason = { "" };

	/* If this fails, the client cannot be killed, which is reported then. */
	if (run->has_faults)
		(void)rig_call(run->rig, "fault.release", NULL, &reason, NULL);
}
