/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.c - how one writer reacts to events.
 *
 *	       told ─▶ (fault) ─▶ works ─▶ answered, in the state of the event
 *	         │        │         │
 *	         └────────┴─────────┴─▶ failed: its limit, an error, its process died
 *
 *  (1) A writer answers each event exactly once, or is aborted.
 *  (2) Once it has failed or was aborted it is not frozen, nor becoming frozen; only hands
 *      need time to thaw.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/base/mix.h"
#include "simfs/base/vss_codes.h"
#include "simfs/volume/core.h"
#include "simfs/volume/writers/steps.h"

/* The rig times out first, unless it is stuck. */
#define HAND_GRACE_NS (5 * NS_PER_S)

static const struct {
	const char *name;
	enum fault_point point;
	enum writer_state reached, failed;
} events[] = {
	[TOLD_IDENTIFY] = { "Identify", FAULT_WRITER_IDENTIFY, WRITER_STABLE,
		WRITER_FAILED_AT_IDENTIFY },
	[TOLD_PREPARE_BACKUP] = { "PrepareForBackup", FAULT_WRITER_PREPARE_BACKUP, WRITER_STABLE,
		WRITER_FAILED_AT_PREPARE_BACKUP },
	[TOLD_PREPARE_SNAPSHOT] = { "PrepareForSnapshot", FAULT_WRITER_PREPARE_SNAPSHOT,
		WRITER_WAITING_FOR_FREEZE, WRITER_FAILED_AT_PREPARE_SNAPSHOT },
	[TOLD_FREEZE] = { "Freeze", FAULT_WRITER_FREEZE, WRITER_WAITING_FOR_THAW,
		WRITER_FAILED_AT_FREEZE },
	[TOLD_THAW] = { "Thaw", FAULT_WRITER_THAW, WRITER_WAITING_FOR_POST_SNAPSHOT,
		WRITER_FAILED_AT_THAW },
	[TOLD_POST_SNAPSHOT] = { "PostSnapshot", FAULT_WRITER_POST_SNAPSHOT,
		WRITER_WAITING_FOR_BACKUP_COMPLETE, WRITER_FAILED_AT_POST_SNAPSHOT },
	[TOLD_BACKUP_COMPLETE] = { "BackupComplete", FAULT_WRITER_BACKUP_COMPLETE, WRITER_STABLE,
		WRITER_FAILED_AT_BACKUP_COMPLETE },
	[TOLD_PRE_RESTORE] = { "PreRestore", FAULT_WRITER_PRE_RESTORE, WRITER_STABLE,
		WRITER_FAILED_AT_PRE_RESTORE },
	[TOLD_POST_RESTORE] = { "PostRestore", FAULT_WRITER_POST_RESTORE, WRITER_STABLE,
		WRITER_FAILED_AT_POST_RESTORE },
	[TOLD_BACKUP_SHUTDOWN] = { "BackupShutdown", FAULT_WRITER_BACKUP_SHUTDOWN, WRITER_STABLE,
		WRITER_FAILED_AT_BACKUP_SHUTDOWN },
};

const char *writer_event_name(enum writer_event event)
{
	return events[event].name;
}

bool writer_has_failed(const struct volume_writer *writer)
{
	return writer->error < 0;
}

bool writer_is_idle(const struct volume_writer *writer)
{
	return !writer->is_busy && !writer->is_frozen && writer->hand_state == HAND_IDLE;
}

/* ---- ending an event ---- */

static void stop_working(struct volume_writer *writer)
{
	if (writer->waits_for_fault)
		fault_wait_cancel(&writer->moment.wait);
	writer->waits_for_fault = false;
	writer->answer_due_ns = UINT64_MAX;
	writer->limit_due_ns = UINT64_MAX;
	writer->is_busy = false;
}

/* It thaws on its own; hands report when they have. */
static void melt(struct volume_writer *writer)
{
	writer->is_frozen = false;
	writer->death_due_ns = UINT64_MAX;
	if (writer->hand_state == HAND_FREEZING || writer->hand_state == HAND_FROZEN) {
		writer->hand_state = HAND_THAWING;
		writer->volume->options.writers.hands->thaw(
			writer->volume->options.writers.hands, &writer->hand);
	}
	if (writer->hand_state == HAND_THAWING)
		writer->limit_due_ns = clock_now_ns() + writer->spec.limit_ns;
}

/* Nothing more can be done for it, so nothing waits for it any longer. */
static void thaw_is_late(struct volume_writer *writer)
{
	writer->limit_due_ns = UINT64_MAX;
	writer->hand_is_late = true;
	log_error("writer '%s' has not thawed within %g s", writer->spec.name,
		(double)writer->spec.limit_ns / NS_PER_S);
	writer_set_thawed(writer->volume);
}

void writer_time_out(struct volume_writer *writer)
{
	enum writer_blame blame = BLAME_WRITER;
	char why[WRITER_FAILURE_BYTES];

	if (!writer->is_busy && !writer->is_frozen) {
		thaw_is_late(writer);
		return;
	}
	if (writer->is_busy)
		snprintf(why, sizeof why, "it did not answer %s within %g s",
			events[writer->event].name, (double)writer->spec.limit_ns / NS_PER_S);
	else
		blame = writer_blame_at_limit(writer, why);
	writer_fail(writer,
		writer->is_busy ? events[writer->event].failed : WRITER_FAILED_AT_FREEZE,
		-ETIMEDOUT, blame, "%s", why);
}

static void answer(struct volume_writer *writer)
{
	stop_working(writer);
	/* The time from Freeze to Thaw continues. */
	if (writer->is_frozen)
		writer->limit_due_ns = writer->freeze_told_ns + writer->spec.limit_ns;
	writer_set_answered(writer->volume);
}

void writer_fail(struct volume_writer *writer, enum writer_state state, int error,
	enum writer_blame blame, const char *format, ...)
{
	struct volume *volume = writer->volume;
	const struct vss_code *code = vss_code_of(error);
	va_list arguments;
	char text[16];

	va_start(arguments, format);
	vsnprintf(writer->why, sizeof writer->why, format, arguments);
	va_end(arguments);
	stop_working(writer);
	melt(writer);
	writer->state = state;
	writer->error = error;
	writer->blame = blame;
	snprintf(text, sizeof text, "0x%08x", code->code);
	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_WRITER_FAILED,
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "writer", writer->spec.name, "state",
			writer_state_name(state), "error", error_name(error), "code", text, "blame",
			writer_blame_name(blame), "why", writer->why));
	writer_set_failed(writer);
}

void writer_abort(struct volume_writer *writer)
{
	stop_working(writer);
	melt(writer);
	if (!writer_has_failed(writer) && !writer->is_dead)
		writer->state = WRITER_STABLE;
}

void writer_die(struct volume_writer *writer)
{
	writer->is_dead = true;
	writer_fail(writer, WRITER_UNKNOWN, -ESRCH, BLAME_WRITER, "its process died%s",
		writer->is_frozen ? " while it was frozen" : "");
}

void writer_reset(struct volume_writer *writer)
{
	writer->error = 0;
	writer->why[0] = '\0';
	writer->state = writer->is_dead ? WRITER_UNKNOWN : WRITER_STABLE;
}

/* ---- hands ---- */

static struct volume_writer *of_hand(struct writer_hand *hand)
{
	return CONTAINER_OF(hand, struct volume_writer, hand);
}

static void hand_frozen(struct writer_hand *hand, int result, const char *why)
{
	struct volume_writer *writer = of_hand(hand);

	writer->hand_state = result == 0 ? HAND_FROZEN : HAND_IDLE;
	/* Someone else has frozen it, and may have thawed it by the next try. */
	result = result == -EBUSY ? -EAGAIN : result;
	if (result == 0)
		writer_reached(writer);
	else
		writer_fail(writer, WRITER_FAILED_AT_FREEZE, result, BLAME_WRITER, "%s", why);
}

static void hand_died(struct writer_hand *hand, const char *why)
{
	struct volume_writer *writer = of_hand(hand);

	writer->hand_state = HAND_THAWING;
	writer_fail(writer, WRITER_UNKNOWN, -ESRCH, BLAME_WRITER, "%s", why);
}

static void hand_thawed(struct writer_hand *hand, int result, const char *why)
{
	struct volume_writer *writer = of_hand(hand);
	bool was_told = writer->is_busy && writer->event == TOLD_THAW;

	writer->hand_state = HAND_IDLE;
	writer->hand_is_late = false;
	if (!was_told)
		writer->limit_due_ns = UINT64_MAX;
	if (result < 0 && !writer_has_failed(writer))
		writer_fail(writer, WRITER_FAILED_AT_THAW, result, BLAME_WRITER, "%s", why);
	else if (result < 0)
		log_error("writer '%s': %s", writer->spec.name, why);
	else if (was_told)
		writer_reached(writer);
	writer_set_thawed(writer->volume);
}

/* ---- handling an event ---- */

void writer_reached(struct volume_writer *writer)
{
	if (writer->event == TOLD_FREEZE) {
		writer->is_frozen = true;
		if (writer->spec.dies_ns > 0)
			writer->death_due_ns = clock_now_ns() + writer->spec.dies_ns;
	} else if (writer->event == TOLD_THAW) {
		writer->is_frozen = false;
		writer->death_due_ns = UINT64_MAX;
	}
	writer->state = events[writer->event].reached;
	answer(writer);
}

static void work_simulated(struct volume_writer *writer)
{
	uint64_t takes_ns = writer->event == TOLD_FREEZE ? writer->spec.freeze_ns
			    : writer->event == TOLD_THAW ? writer->spec.thaw_ns
							 : 0;

	/* An unmount waits only for the machine, not for simulated delays. */
	if (takes_ns > 0 && !writer->volume->writers.is_stopping)
		writer->answer_due_ns = clock_now_ns() + takes_ns;
	else
		writer_reached(writer);
}

static void work_by_hand(struct volume_writer *writer)
{
	struct writer_hands *hands = writer->volume->options.writers.hands;
	int error;

	if (writer->event == TOLD_THAW) {
		writer->hand_state = HAND_THAWING;
		hands->thaw(hands, &writer->hand);
	} else if (writer->event == TOLD_FREEZE) {
		writer->hand_state = HAND_FREEZING;
		error = hands->freeze(hands, &writer->hand, writer->spec.kind, writer->spec.path,
			clock_wait_ns(writer->spec.limit_ns) + HAND_GRACE_NS);
		if (error == 0)
			return;
		writer->hand_state = HAND_IDLE;
		writer_fail(writer, WRITER_FAILED_AT_FREEZE, error, BLAME_WRITER,
			"cannot start a process for it: %s", error_text(error));
	} else {
		writer_reached(writer);
	}
}

static void work(struct volume_writer *writer)
{
	/* KB915331: a Thaw before the Freeze looks like a timeout. */
	if (writer->event == TOLD_THAW && !writer->is_frozen)
		writer_fail(writer, WRITER_FAILED_AT_THAW, -ETIMEDOUT, BLAME_SERVICE,
			"it was sent Thaw before it had frozen");
	else if (writer->spec.kind == WRITER_SIMULATED)
		work_simulated(writer);
	else
		work_by_hand(writer);
}

/* An event that was lost on the way is never handled, and that looks like success. */
static void lost(struct volume_writer *writer)
{
	if (writer->event == TOLD_FREEZE)
		writer->state = WRITER_WAITING_FOR_THAW;
	answer(writer);
}

static void fault_passed(struct volume_moment *moment, int result)
{
	struct volume_writer *writer = CONTAINER_OF(moment, struct volume_writer, moment);

	writer->waits_for_fault = false;
	if (result < 0)
		writer_fail(writer, events[writer->event].failed, result, BLAME_WRITER,
			"it failed in %s", events[writer->event].name);
	else if (moment->is_dropped)
		lost(writer);
	else
		work(writer);
}

void writer_tell(struct volume_writer *writer, enum writer_event event, uint64_t now_ns)
{
	MUST(!writer->is_busy);
	writer->event = event;
	writer->is_busy = true;
	if (writer->is_dead) {
		writer_fail(writer, WRITER_UNKNOWN, -ESRCH, BLAME_WRITER,
			"its process has died (add it again to restart it)");
		return;
	}
	/* A writer that Thaw did not reach gets no other event. */
	if (event == TOLD_POST_SNAPSHOT && writer->is_frozen) {
		answer(writer);
		return;
	}
	if (event == TOLD_FREEZE)
		writer->freeze_told_ns = now_ns;
	writer->limit_due_ns = now_ns + writer->spec.limit_ns;
	writer->waits_for_fault = true;
	volume_moment_arm(&writer->moment, fault_passed);
	fault_writer(writer->volume, events[event].point, writer->spec.name, &writer->moment);
}

int writer_create(struct volume *volume, const struct writer_spec *spec, struct volume_writer **ret)
{
	struct volume_writer *writer = calloc(1, sizeof *writer);
	uint64_t hash = XXH3_64bits(spec->name, strlen(spec->name));

	if (!writer)
		return -ENOMEM;
	writer->volume = volume;
	writer->spec = *spec;
	hash = mix64(hash ^ volume->volume_id ^ mix64(volume->options.seed));
	writer_guid(hash, mix64(hash), writer->instance);
	writer->state = WRITER_STABLE;
	writer->answer_due_ns = UINT64_MAX;
	writer->limit_due_ns = UINT64_MAX;
	writer->death_due_ns = UINT64_MAX;
	writer->hand.frozen = hand_frozen;
	writer->hand.died = hand_died;
	writer->hand.thawed = hand_thawed;
	*ret = writer;
	return 0;
}
