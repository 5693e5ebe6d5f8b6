/* SPDX-License-Identifier: Apache-2.0 */
/* faults.c - the faults of a scenario: armed, told of phases, and looked at in the end. */
#include <stdlib.h>
#include <string.h>

#include "faults/rule.h"
#include "scenarios/base/heap.h"
#include "scenarios/run/runner_internal.h"
#include "simfs/base/cleanup.h"

static int fault_add(struct run *run, const char *rule, struct reason *reason)
{
	char message[RULE_MESSAGE_BYTES];
	struct fault_rule parsed;

	run->has_faults = true;
	if (rule_parse(rule, &parsed, message) == 0 && parsed.action == FAULT_CRASH)
		run->may_crash = true;
	return rig_call(run->rig, "fault.add", json_pack("{s:s}", "rule", rule), reason, NULL);
}

/* Which of the rules with TEXT the next one is, from 0; remembers TEXT. */
static unsigned occurrence_of(struct run *run, const char *text)
{
	unsigned occurrence = 0;

	for (size_t i = 0; i < run->rule_count; i++)
		occurrence += strcmp(run->rules_added[i], text) == 0;
	run->rules_added = heap_grow(run->rules_added, run->rule_count, sizeof *run->rules_added);
	run->rules_added[run->rule_count++] = heap_copy(text);
	return occurrence;
}

/* Instead of RULE, one for each of the hits that it had; without any, one that never strikes. */
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

int phase_tell(struct run *run, const struct phase *phase, struct reason *reason)
{
	return rig_call(
		run->rig, "phase.set", json_pack("{s:s}", "phase", phase->name), reason, NULL);
}

static json_int_t count_of(const json_t *fault, const char *which)
{
	return json_integer_value(json_object_get(fault, which));
}

/* A read that ends before a bad sector is all that some clients see of it. */
static json_int_t strikes_of(const json_t *fault)
{
	return count_of(fault, "fired") + count_of(fault, "cut");
}

bool faults_struck(struct run *run)
{
	struct reason reason = { "" };
	json_t *answer = NULL, *fault;
	json_int_t strikes = 0, matches = 0;
	size_t index;

	if (!run->has_faults || rig_call(run->rig, "fault.list", NULL, &reason, &answer) < 0)
		return false;
	json_array_foreach(json_object_get(answer, "faults"), index, fault)
	{
		strikes += strikes_of(fault);
		matches += json_integer_value(json_object_get(fault, "matched"));
	}
	run->result->fault_matches = (uint64_t)matches;
	json_decref(answer);

	json_int_t before = run->fault_strikes;
	bool has_struck = strikes > before;

	run->fault_strikes = strikes;
	run->result->fault_strikes += has_struck ? (uint64_t)(strikes - before) : 0;
	return has_struck;
}

void faults_check(struct run *run)
{
	struct reason reason = { "" };
	json_t *answer = NULL, *fault;
	size_t index;

	/* Without the rig, why it ended is known. */
	if (!run->has_faults || rig_call(run->rig, "fault.list", NULL, &reason, &answer) < 0)
		return;
	json_array_foreach(json_object_get(answer, "faults"), index, fault)
	{
		json_int_t matched = count_of(fault, "matched");

		if (strikes_of(fault) > 0)
			continue;

		AUTO(auto_free)
		char *message = heap_format("the fault '%s' never struck: %s",
			json_string_value(json_object_get(fault, "rule")),
			matched > 0 ? "its count or chance never came up"
				    : "nothing that it is for happened");

		result_raise(run->result, OUTCOME_INCONCLUSIVE, message);
	}
	json_decref(answer);
}

void faults_let_go(void *context)
{
	struct run *run = context;
	struct reason reason = { "" };

	/* If it cannot be told, the client cannot be killed, which is told then. */
	if (run->has_faults)
		(void)rig_call(run->rig, "fault.release", NULL, &reason, NULL);
}
