/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/armed.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/run/run_steps.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

/* How long a thread waits for one moment before it checks the next. */
#define SLICE_NS (20 * NS_PER_MS)

/* An answer that was sent before the waiting was cancelled must still be received. */
#define LAST_LOOK_NS (200 * NS_PER_MS)

struct armed_step {
	const struct step *step;
	bool was_run;
	enum outcome outcome;
	struct reason reason;
	uint64_t duration_ns;
};

/* Steps with the same moment. */
struct armed_group {
	const struct start_condition *condition;
	struct control_client *control; /* closing it releases what it holds */
	uint64_t hold_id;
	bool is_done;
	struct armed_step *steps;
	size_t step_count;
};

struct armed_batch {
	struct armed_batch *next;
	struct run *run;
	const struct phase *phase;
	struct armed_group *groups;
	size_t group_count;
	pthread_t thread;

	/* Set by the main thread, read by the other; no data depends on it. */
	atomic_bool is_cancelled;
	bool was_cut_off; /* by a rig that may be ending; owned by the thread until it is joined */
};

static bool same_condition(const struct step *left, const struct step *right)
{
	return strcmp(left->start.gauge, right->start.gauge) == 0 &&
	       strcmp(left->start.at_least, right->start.at_least) == 0 &&
	       left->start.lets_read == right->start.lets_read;
}

static void batch_add(struct armed_batch *batch, const struct step *step)
{
	struct armed_group *group = NULL;

	for (size_t i = 0; i < batch->group_count && !group; i++) {
		if (same_condition(batch->groups[i].steps[0].step, step))
			group = &batch->groups[i];
	}
	if (!group) {
		batch->groups = heap_grow(batch->groups, batch->group_count, sizeof *batch->groups);
		group = &batch->groups[batch->group_count++];
		group->condition = &step->start;
	}
	group->steps = heap_grow(group->steps, group->step_count, sizeof *group->steps);
	group->steps[group->step_count++] = (struct armed_step){ .step = step };
}

static void batch_destroy(struct armed_batch *batch)
{
	for (size_t i = 0; i < batch->group_count; i++) {
		control_client_destroy(batch->groups[i].control);
		free(batch->groups[i].steps);
	}
	free(batch->groups);
	free(batch);
}

/* Asks for the hold; the ping after it is answered when the rig knows about the hold. */
static int group_hold(struct armed_batch *batch, struct armed_group *group, struct reason *reason)
{
	const struct start_condition *condition = group->condition;
	int error = control_client_connect(batch->run->mount_point, &group->control);

	if (error < 0)
		return reason_error(reason, error, "cannot connect to the rig");
	error = control_client_send(group->control, "hold",
		json_pack("{s:s, s:s}", "gauge", condition->gauge, "at_least", condition->at_least),
		&group->hold_id);
	if (error == 0)
		error = control_client_call(group->control, "ping", NULL, RIG_PATIENCE_NS, NULL);
	if (error < 0)
		return reason_error(reason, error, "cannot wait for %s>=%s", condition->gauge,
			condition->at_least);
	return 0;
}

static void group_run(struct armed_batch *batch, struct armed_group *group)
{
	for (size_t i = 0; i < group->step_count; i++) {
		struct armed_step *armed = &group->steps[i];
		uint64_t begin_ns = clock_now_ns();

		armed->outcome = run_at_condition(batch->run, armed->step, group->control,
			&batch->is_cancelled, &armed->reason);
		armed->duration_ns = clock_now_ns() - begin_ns;
		armed->was_run = true;
		if (armed->outcome != OUTCOME_PASSED)
			return;
	}
}

/* If the moment has come, runs its steps and releases its readers. */
static void group_look(struct armed_batch *batch, struct armed_group *group, uint64_t patience_ns)
{
	int error;

	if (group->is_done)
		return;
	error = control_client_wait(group->control, group->hold_id, patience_ns, NULL);
	if (error == -ETIMEDOUT)
		return;
	group->is_done = true;
	if (error == 0) {
		/* A reader that may continue has nothing to wait for from here on. */
		if (group->steps[0].step->start.lets_read) {
			control_client_destroy(group->control);
			group->control = NULL;
		}
		group_run(batch, group);
	} else {
		struct armed_step *first = &group->steps[0];
		const char *message = control_client_message(group->control);

		batch->was_cut_off |= error == -ECONNRESET;
		first->was_run = true;
		first->outcome = OUTCOME_ERROR;
		reason_error(&first->reason, error, "cannot wait for %s>=%s%s%s",
			group->condition->gauge, group->condition->at_least, *message ? ": " : "",
			message);
	}
	control_client_destroy(group->control);
	group->control = NULL;
}

static void *batch_thread(void *context)
{
	struct armed_batch *batch = context;
	bool is_last = false;

	while (!is_last) {
		size_t done_count = 0;

		is_last = atomic_load(&batch->is_cancelled);
		for (size_t i = 0; i < batch->group_count; i++) {
			group_look(batch, &batch->groups[i], is_last ? LAST_LOOK_NS : SLICE_NS);
			done_count += batch->groups[i].is_done;
		}
		is_last = is_last || done_count == batch->group_count;
	}
	return NULL;
}

int armed_begin(struct run *run, const struct phase *phase, const struct step *steps, size_t count,
	struct reason *reason)
{
	struct armed_batch *batch = heap_new(sizeof *batch);
	int error = 0;

	batch->run = run;
	batch->phase = phase;
	atomic_init(&batch->is_cancelled, false);
	for (size_t i = 0; i < count; i++)
		batch_add(batch, &steps[i]);
	for (size_t i = 0; i < batch->group_count && error == 0; i++)
		error = group_hold(batch, &batch->groups[i], reason);
	if (error < 0) {
		batch_destroy(batch);
		return error;
	}
	error = -pthread_create(&batch->thread, NULL, batch_thread, batch);
	if (error < 0) {
		batch_destroy(batch);
		return reason_error(reason, error, "cannot start a thread");
	}
	batch->next = run->armed;
	run->armed = batch;
	return 0;
}

/* A step after a failed one was not begun, and has no result; nor has a step that failed because
 * the volume was no longer served, which is reported for whatever ended it. */
static void group_report(struct armed_batch *batch, struct armed_group *group, bool is_served)
{
	struct run *run = batch->run;

	for (size_t i = 0; i < group->step_count; i++) {
		struct armed_step *armed = &group->steps[i];

		if (!group->is_done && armed->step->start.is_optional)
			continue;
		if (!is_served && (!group->is_done || armed->outcome != OUTCOME_PASSED))
			return;
		if (!group->is_done) {
			armed->outcome = OUTCOME_INCONCLUSIVE;
			reason_set(&armed->reason, "the moment %s>=%s never came",
				group->condition->gauge, group->condition->at_least);
		} else if (!armed->was_run) {
			return;
		}
		result_add_step(run->result, batch->phase, armed->step, armed->outcome,
			armed->outcome == OUTCOME_PASSED ? NULL : armed->reason.text,
			armed->duration_ns);
		if (armed->outcome != OUTCOME_PASSED)
			run->is_over = true;
		else if (armed->step->kind == STEP_LVM)
			run->lvm_lines_beside++;
	}
}

void armed_join(struct run *run, struct armed_batch **batches)
{
	while (*batches) {
		struct armed_batch *batch = *batches;
		bool is_served;

		*batches = batch->next;
		atomic_store(&batch->is_cancelled, true);
		pthread_join(batch->thread, NULL);
		if (batch->was_cut_off)
			rig_await_end(run->rig);
		is_served = volume_is_served(run);
		for (size_t i = 0; i < batch->group_count; i++)
			group_report(batch, &batch->groups[i], is_served);
		batch_destroy(batch);
	}
}
