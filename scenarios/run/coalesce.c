/* SPDX-License-Identifier: Apache-2.0 */
/* coalesce.c - lets a chain be merged as far as possible. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/clock.h"

/* How often the worker is asked whether it is idle. */
#define ASK_EVERY_US (20 * 1000)

static const char *worker_text(const json_t *status, const char *name)
{
	const json_t *chain = json_object_get(status, "chain");
	const char *text = json_string_value(
		json_object_get(json_object_get(chain, "coalesce"), name));

	return text ? text : "";
}

/* Starts the worker and waits until it is idle.  Returns 0 with the status then, or -errno. */
static int worker_run(struct run *run, struct reason *reason, json_t **ret_status)
{
	uint64_t deadline_ns = clock_now_ns() + run_time_limit_ns(run);
	json_t *status = NULL;
	int error = rig_call(run->rig, "coalesce", NULL, reason, &status);

	while (error == 0 && strcmp(worker_text(status, "state"), "idle") != 0) {
		json_decref(status);
		status = NULL;
		if (interrupt_seen())
			return -EINTR;
		if (clock_now_ns() > deadline_ns) {
			reason_set(reason, "the chain was not merged within the time limit");
			return -ETIMEDOUT;
		}
		usleep(ASK_EVERY_US);
		error = rig_call(run->rig, "status", NULL, reason, &status);
	}
	*ret_status = status;
	return error;
}

enum outcome run_coalesce(struct run *run, const struct step *step, struct reason *reason)
{
	enum outcome outcome = OUTCOME_PASSED;
	json_t *status = NULL;
	const char *message;

	if (step->coalesce == COALESCE_START)
		return rig_call(run->rig, "coalesce", NULL, reason, NULL) < 0 ? OUTCOME_ERROR
									      : OUTCOME_PASSED;
	if (worker_run(run, reason, &status) < 0)
		return OUTCOME_ERROR;
	message = worker_text(status, "message");
	if (*message && step->coalesce == COALESCE_WAIT) {
		reason_set(reason, "cannot coalesce: %s", message);
		outcome = OUTCOME_FAILED;
	} else if (!*message && step->coalesce == COALESCE_STARVES) {
		reason_set(reason, "everything could be merged, and coalesce was to starve");
		outcome = OUTCOME_INCONCLUSIVE;
	}
	json_decref(status);
	return outcome;
}
