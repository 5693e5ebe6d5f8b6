/* SPDX-License-Identifier: Apache-2.0 */
/* requester.c - a requester of a snapshot that is not the client, and dies in the middle. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/run/run_points.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"

/* How often to ask the rig for the progress of its set. */
#define ASK_EVERY_NS (20 * NS_PER_MS)

static bool is_in_progress(const json_t *writers)
{
	const char *set = json_string_value(json_object_get(writers, "set"));

	return set && strcmp(set, "idle") != 0 && strcmp(set, "dead") != 0;
}

/*
 * Waits until the set of request ID makes no progress, because a writer or a fault holds it up:
 * two consecutive states are equal.  Returns 0; or -errno with REASON, also if the request is
 * answered.
 */
static int stillness_wait(
	struct run *run, struct control_client *requester, uint64_t id, struct reason *reason)
{
	uint64_t deadline_ns = clock_now_ns() + RIG_PATIENCE_NS;
	json_t *before = NULL, *now = NULL;
	bool is_still = false;
	int error = 0;

	while (error == 0 && !is_still && !interrupt_seen()) {
		int answer = control_client_wait(requester, id, ASK_EVERY_NS, NULL);

		if (answer != -ETIMEDOUT) {
			reason_set(reason, "it cannot die any more: %s",
				answer < 0 ? control_client_message(requester)
					   : "nothing delayed its snapshot");
			error = -EINVAL;
		} else if (clock_now_ns() > deadline_ns) {
			reason_set(reason, "its set does not wait");
			error = -ETIMEDOUT;
		} else {
			error = rig_call(run->rig, "writers.list", NULL, reason, &now);
			is_still = error == 0 && is_in_progress(now) && json_equal(before, now);
			json_decref(before);
			before = now;
			now = NULL;
		}
	}
	json_decref(before);
	return interrupt_seen() ? -EINTR : error;
}

/* Waits until no set is in progress. */
static int end_wait(struct run *run, struct reason *reason)
{
	uint64_t deadline_ns = clock_now_ns() + RIG_PATIENCE_NS;
	bool goes_on = true;
	int error = 0;

	while (error == 0 && goes_on && !interrupt_seen()) {
		json_t *writers = NULL;

		error = rig_call(run->rig, "writers.list", NULL, reason, &writers);
		goes_on = is_in_progress(writers);
		json_decref(writers);
		if (goes_on && clock_now_ns() > deadline_ns) {
			reason_set(reason, "its set continues without it");
			error = -ETIMEDOUT;
		}
		if (goes_on)
			usleep(ASK_EVERY_NS / 1000);
	}
	return error;
}

enum outcome run_dying_requester(struct run *run, const struct step *step, struct reason *reason)
{
	struct snapshot_point point = { .name = step->name, .never_came = true };
	struct control_client *requester = NULL;
	json_t *arguments = json_pack("{s:s}", "name", step->name);
	struct reason why = { "" };
	uint64_t id = 0;
	int error;

	if (step->limit)
		json_object_set_new(arguments, "limit", json_string(step->limit));
	error = control_client_connect(run->mount_point, &requester);
	if (error < 0)
		json_decref(arguments);
	else
		error = control_client_send(requester, "snapshot.create", arguments, &id);
	if (error == 0)
		error = stillness_wait(run, requester, id, &why);
	control_client_destroy(requester);
	if (error == 0)
		error = end_wait(run, &why);
	if (error < 0) {
		reason_set(reason, "the requester of '%s' did not die in the middle: %s",
			step->name, why.text[0] ? why.text : error_text(error));
		return OUTCOME_ERROR;
	}
	/* A client that reads it nevertheless must report that it does not exist. */
	point_add(run, &point);
	return OUTCOME_PASSED;
}
