/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/children/writer_process.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/list.h"
#include "simfs/base/log.h"
#include "simfs/children/child_process.h"
#include "simfs/children/writer_child.h"

/* The states of writers/hands.h. */
enum state { FREEZING, FROZEN, THAWING };

struct process_hands {
	struct writer_hands hands;
	struct ring *ring;
	struct list holders;
};

/* A hand's process, or the one that thaws for it after it was killed. */
struct holder {
	struct list link;
	struct process_hands *hands;
	struct writer_hand *hand;
	struct writer_hand nobody; /* replaces the hand once its owner is gone */
	enum writer_kind kind;
	char *path;
	uint64_t hold_ns;
	enum state state;

	struct child_process process;
	bool only_thaws; /* it is the second process */
	bool runs;
	struct ring_op exit_op;

	struct ring_op answer_op;
	bool answer_awaited;
	bool has_last_answer;
	struct writer_answer answer; /* the newest, unless one is awaited */
};

static void holder_destroy(struct holder *holder)
{
	list_remove(&holder->link);
	free(holder->path);
	free(holder);
}

/* ---- the process ---- */

static void await_answer(struct holder *holder)
{
	struct io_uring_sqe *sqe = ring_sqe(holder->hands->ring);

	holder->answer_awaited = true;
	io_uring_prep_read(
		sqe, holder->process.output_fd, &holder->answer, sizeof holder->answer, 0);
	ring_start(holder->hands->ring, sqe, &holder->answer_op);
}

static int start(struct holder *holder, bool only_thaws)
{
	char name[] = "snaprig", command[] = WRITER_CHILD, thaw_only[] = WRITER_CHILD_THAW_ONLY;
	char hook[] = WRITER_CHILD_HOOK, fsfreeze[] = WRITER_CHILD_FSFREEZE, hold_ms[32];
	char *argv[] = {
		name,
		command,
		holder->kind == WRITER_HOOK ? hook : fsfreeze,
		holder->path,
		only_thaws ? thaw_only : hold_ms,
		NULL,
	};
	int error;

	snprintf(hold_ms, sizeof hold_ms, "%" PRIu64, (uint64_t)(holder->hold_ns / NS_PER_MS));
	error = child_process_start(&holder->process, argv);

	if (error < 0)
		return error;
	holder->only_thaws = only_thaws;
	holder->runs = true;

	struct io_uring_sqe *sqe = ring_sqe(holder->hands->ring);

	io_uring_prep_poll_add(sqe, holder->process.pidfd, POLLIN);
	ring_start(holder->hands->ring, sqe, &holder->exit_op);
	await_answer(holder);
	return 0;
}

/* ---- the outcome ---- */

/* The last call to the hand, which may begin again from there. */
static void call_last(struct holder *holder, int result, const char *why)
{
	struct writer_hand *hand = holder->hand, nobody;
	bool is_frozen_call = holder->state == FREEZING;

	/* It is part of the holder that is freed now. */
	if (hand == &holder->nobody) {
		nobody = *hand;
		hand = &nobody;
	}
	holder_destroy(holder);
	hand->work = NULL;
	if (result == 0)
		why = NULL;
	if (is_frozen_call)
		hand->frozen(hand, result, why);
	else
		hand->thawed(hand, result, why);
}

/*
 * Makes up the answer that no process can give: the second one could not start (START_ERROR), or it
 * was killed.
 */
static void answer_instead(struct holder *holder, int start_error)
{
	struct writer_answer *answer = &holder->answer;

	answer->deed = WRITER_THAW;
	answer->result = start_error < 0 ? start_error : -EIO;
	if (start_error < 0)
		snprintf(answer->why, sizeof answer->why,
			"cannot start the process that is to thaw '%.512s': %s", holder->path,
			error_text(start_error));
	else
		snprintf(answer->why, sizeof answer->why,
			"the process that was to thaw '%.512s' was killed", holder->path);
}

static void finish(struct holder *holder)
{
	struct writer_answer last = holder->answer;
	char why[2 * WRITER_WHY_BYTES];

	if (holder->state == FREEZING && last.deed == WRITER_THAW) {
		/* Nobody asked for a thaw: the second process did it because the first was
		 * killed. */
		snprintf(why, sizeof why, "the process that was to freeze '%.512s' was killed%s%s",
			holder->path, last.result < 0 ? ", and " : "", last.why);
		call_last(holder, -EIO, why);
	} else if (holder->state == THAWING && last.deed == WRITER_FREEZE) {
		/* The freeze was given up, so its failure does not matter. */
		call_last(holder, 0, NULL);
	} else {
		call_last(holder, (int)last.result, last.why);
	}
}

static void tell_death(struct holder *holder)
{
	char why[WRITER_WHY_BYTES];

	snprintf(why, sizeof why,
		holder->has_last_answer
			? "'%.512s' was frozen for too long, and has thawed by itself"
			: "the process that held '%.512s' frozen was killed",
		holder->path);
	/* Set before the call: nothing is left that could be thawed. */
	holder->state = THAWING;
	holder->hand->died(holder->hand, why);
}

static void go_on_if_gone(struct holder *holder)
{
	int error = 0;

	if (holder->runs || holder->answer_awaited)
		return;
	child_process_close(&holder->process);
	if (holder->state == FROZEN)
		tell_death(holder);
	if (!holder->has_last_answer && !holder->only_thaws) {
		error = start(holder, true);
		if (error == 0)
			return;
	}
	if (!holder->has_last_answer)
		answer_instead(holder, error);
	finish(holder);
}

static void child_exited(struct ring_op *op, int result, uint32_t flags)
{
	struct holder *holder = CONTAINER_OF(op, struct holder, exit_op);
	siginfo_t info;

	(void)result;
	(void)flags;
	/* It has exited, so this does not block. */
	waitid(P_PIDFD, (id_t)holder->process.pidfd, &info, WEXITED);
	holder->runs = false;
	go_on_if_gone(holder);
}

static void child_answered(struct ring_op *op, int result, uint32_t flags)
{
	struct holder *holder = CONTAINER_OF(op, struct holder, answer_op);

	(void)flags;
	holder->answer_awaited = false;
	/* A short read means that all ends of its pipe are closed. */
	if (result == sizeof holder->answer) {
		holder->has_last_answer = holder->answer.deed == WRITER_THAW ||
					  holder->answer.result < 0;
		if (!holder->has_last_answer)
			await_answer(holder);
		if (!holder->has_last_answer && holder->state == FREEZING) {
			holder->state = FROZEN;
			holder->hand->frozen(holder->hand, 0, NULL);
		}
	}
	go_on_if_gone(holder);
}

/* ---- the hands ---- */

static int process_freeze(struct writer_hands *hands, struct writer_hand *hand,
	enum writer_kind kind, const char *path, uint64_t hold_ns)
{
	struct process_hands *all = CONTAINER_OF(hands, struct process_hands, hands);

	MUST(kind != WRITER_SIMULATED);

	AUTO(auto_free) struct holder *holder = calloc(1, sizeof *holder);
	AUTO(auto_free) char *copy = strdup(path);

	if (!holder || !copy)
		return -ENOMEM;
	holder->hands = all;
	holder->hand = hand;
	holder->kind = kind;
	holder->path = copy;
	holder->hold_ns = hold_ns;
	holder->state = FREEZING;
	holder->exit_op.done = child_exited;
	holder->answer_op.done = child_answered;

	int error = start(holder, false);

	if (error < 0)
		return error;
	(void)TAKE_PTR(copy);
	list_append(&all->holders, &holder->link);
	hand->work = TAKE_PTR(holder);
	return 0;
}

static void process_thaw(struct writer_hands *hands, struct writer_hand *hand)
{
	struct holder *holder = hand->work;

	(void)hands;
	MUST(holder);
	holder->state = THAWING;
	child_process_end_input(&holder->process);
}

int writer_hands_create(struct ring *ring, struct writer_hands **ret)
{
	struct process_hands *all = calloc(1, sizeof *all);

	if (!all)
		return -ENOMEM;
	all->hands.freeze = process_freeze;
	all->hands.thaw = process_thaw;
	all->ring = ring;
	list_init(&all->holders);
	*ret = &all->hands;
	return 0;
}

static void nobody_is_told(struct writer_hand *hand, int result, const char *why)
{
	(void)hand;
	(void)result;
	(void)why;
}

static void nobody_is_told_of_death(struct writer_hand *hand, const char *why)
{
	(void)hand;
	(void)why;
}

void writer_hands_disown(struct writer_hands *hands)
{
	list_for_each (at, &CONTAINER_OF(hands, struct process_hands, hands)->holders) {
		struct holder *holder = CONTAINER_OF(at, struct holder, link);

		holder->nobody = (struct writer_hand){
			.frozen = nobody_is_told,
			.died = nobody_is_told_of_death,
			.thawed = nobody_is_told,
		};
		holder->hand = &holder->nobody;
		if (holder->state != THAWING)
			child_process_end_input(&holder->process);
		holder->state = THAWING;
	}
}

void writer_hands_destroy(struct writer_hands *hands)
{
	if (!hands)
		return;

	struct process_hands *all = CONTAINER_OF(hands, struct process_hands, hands);

	/* Closing the pipes makes the processes thaw and end. */
	while (!list_empty(&all->holders)) {
		struct holder *holder = CONTAINER_OF(all->holders.next, struct holder, link);

		child_process_close(&holder->process);
		holder_destroy(holder);
	}
	free(all);
}

bool writer_hands_idle(const struct writer_hands *hands)
{
	return list_empty(&CONTAINER_OF(hands, const struct process_hands, hands)->holders);
}
