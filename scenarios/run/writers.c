/* SPDX-License-Identifier: Apache-2.0 */
/* writers.c - the applications that must freeze for a snapshot: added, killed and removed. */
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"

static enum outcome tell(struct run *run, const char *command, const char *key, const char *value,
	struct reason *reason)
{
	int error = rig_call(run->rig, command, json_pack("{s:s}", key, value), reason, NULL);

	return error < 0 ? OUTCOME_ERROR : OUTCOME_PASSED;
}

enum outcome run_writer_add(struct run *run, const struct step *step, struct reason *reason)
{
	return tell(run, "writers.add", "writer", step->value, reason);
}

enum outcome run_writer_kill(struct run *run, const struct step *step, struct reason *reason)
{
	return tell(run, "writers.kill", "name", step->name, reason);
}

enum outcome run_writer_remove(struct run *run, const struct step *step, struct reason *reason)
{
	return tell(run, "writers.remove", "name", step->name, reason);
}

enum outcome run_writers_notify(struct run *run, const struct step *step, struct reason *reason)
{
	return tell(run, "writers.notify", "event", step->value, reason);
}
