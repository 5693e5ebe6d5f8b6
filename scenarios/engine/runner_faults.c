/* SPDX-License-Identifier: Apache-2.0 */
/* runner_faults.c - the faults of a scenario: armed, told of phases, and looked at in the end. */
#include "scenarios/engine/memory.h"
#include "scenarios/engine/runner_internal.h"
#include "simfs/base/cleanup.h"

enum outcome run_fault(struct run *run, const struct step *step, struct reason *reason)
{
	for (size_t i = 0; i < step->faults.count; i++) {
		json_t *arguments = json_pack("{s:s}", "rule", step->faults.texts[i]);

		if (rig_call(run->rig, "fault.add", arguments, reason, NULL) < 0)
			return OUTCOME_ERROR;
		run->has_faults = true;
	}
	return OUTCOME_PASSED;
}

int phase_tell(struct run *run, const struct phase *phase, struct reason *reason)
{
	return rig_call(
		run->rig, "phase.set", json_pack("{s:s}", "phase", phase->name), reason, NULL);
}

bool faults_struck(struct run *run)
{
	struct reason reason = { "" };
	json_t *answer = NULL, *fault;
	json_int_t fired = 0;
	size_t index;

	if (!run->has_faults || rig_call(run->rig, "fault.list", NULL, &reason, &answer) < 0)
		return false;
	json_array_foreach(json_object_get(answer, "faults"), index, fault)
		fired += json_integer_value(json_object_get(fault, "fired"));
	json_decref(answer);

	bool has_struck = fired > run->faults_fired;

	run->faults_fired = fired;
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
		json_int_t matched = json_integer_value(json_object_get(fault, "matched"));

		if (json_integer_value(json_object_get(fault, "fired")) > 0)
			continue;

		AUTO(auto_free)
		char *message = memory_format("the fault '%s' never struck: %s",
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
