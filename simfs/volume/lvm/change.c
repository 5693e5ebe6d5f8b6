/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change.c - queues changes; detaches, attaches, and changes the limit.
 *
 *	(turn) ─▶ [barrier drained] ─▶ superblock written ─▶ in force ─▶ [barrier ends] ─▶ answered
 *	                                      │ failed
 *	                                      ▼
 *	                           old facts written again ─▶ answered
 */
#include "simfs/volume/lvm/change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/profile/lvm.h"
#include "simfs/volume/core.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/life.h"

/* ---- the queue ---- */

static void change_begin(struct lvm_change *change);

void change_end(struct lvm_change *change, int result)
{
	struct lvm_driver *driver = change->volume->lvm;
	struct snapshot *snapshot = change->snapshot;
	struct list *link = list_pop(&driver->waiting);

	MUST(driver->current == change);
	driver->current = link ? CONTAINER_OF(link, struct lvm_change, link) : NULL;
	change->done(change, result);
	snapshot_put(snapshot);
	/* `done` may have requested another one, which queues behind this. */
	if (link)
		change_begin(driver->current);
}

void change_refuse(struct lvm_change *change, int error, const char *why)
{
	change->refusal = why;
	change_end(change, error);
}

/* ---- writing ---- */

static void undone(struct store_waiter *waiter, int error)
{
	struct lvm_change *change = CONTAINER_OF(waiter, struct lvm_change, written);

	/* The file now has the old or the new facts, either one complete. */
	(void)error;
	if (list_is_linked(&change->barrier.link))
		volume_barrier_end(change->volume, &change->barrier);
	change_end(change, change->error);
}

void change_undo(struct lvm_change *change, int error)
{
	change->error = error;
	store_waiter_arm(&change->written, undone);
	store_update(change->snapshot->store, &change->was, &change->written);
}

static void written(struct store_waiter *waiter, int error)
{
	struct lvm_change *change = CONTAINER_OF(waiter, struct lvm_change, written);

	if (error < 0)
		change_undo(change, error);
	else
		change->next(change);
}

void change_write(struct lvm_change *change, const struct store_facts *facts,
	void (*next)(struct lvm_change *change))
{
	struct store *store = change->snapshot->store;

	change->next = next;
	change->was = *store_facts(store);
	store_waiter_arm(&change->written, written);
	store_update(store, facts, &change->written);
}

static void tell(const struct lvm_change *change, enum journal_event event)
{
	struct volume *volume = change->volume;

	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], event,
		json_pack("{s:s}", "snapshot", change->snapshot->name));
}

/* ---- detaching and attaching ---- */

static void attach_end(struct lvm_change *change, int result)
{
	volume_barrier_end(change->volume, &change->barrier);
	change_end(change, result);
}

/* Only when the attach is done: one that fails changes nothing. */
static void set_overflow(const struct lvm_change *change)
{
	if (change->kind != LVM_ATTACH || !change->sets_overflow)
		return;
	change->snapshot->bears_overflow = change->bears_overflow;
	change->snapshot->has_overflowed = false;
}

static void mode_written(struct lvm_change *change)
{
	struct snapshot *snapshot = change->snapshot;

	snapshot->is_detached = change->kind == LVM_DETACH;
	tell(change, snapshot->is_detached ? EVENT_SNAPSHOT_DETACHED : EVENT_SNAPSHOT_ATTACHED);
	/* From now on its content changes with the live view. */
	if (snapshot->is_detached)
		snapshot_changed(snapshot);
	set_overflow(change);
	attach_end(change, 0);
}

static void mode_drained(struct volume_barrier *barrier)
{
	struct lvm_change *change = CONTAINER_OF(barrier, struct lvm_change, barrier);
	struct snapshot *snapshot = change->snapshot;
	bool detaches = change->kind == LVM_DETACH;
	struct store_facts facts;

	/* A write in flight may have failed it. */
	if (snapshot->state != SNAPSHOT_ACTIVE) {
		change->refusal = "it has failed";
		attach_end(change, detaches ? 0 : -EIO);
		return;
	}
	facts = *store_facts(snapshot->store);
	owner_set_mode(&facts, detaches ? SNAPSHOT_MODE_DETACHED : SNAPSHOT_MODE_SNAPSHOT);
	change_write(change, &facts, mode_written);
}

static void change_mode(struct lvm_change *change)
{
	const struct snapshot *snapshot = change->snapshot;
	bool detaches = change->kind == LVM_DETACH;

	if (snapshot->state == SNAPSHOT_ACTIVE && snapshot->is_detached == detaches) {
		set_overflow(change);
		change_end(change, 0);
		return;
	}
	change->barrier.drained = mode_drained;
	volume_barrier_begin(change->volume, &change->barrier);
}

/* ---- the limit ---- */

static void limit_written(struct lvm_change *change)
{
	struct volume *volume = change->volume;

	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_SNAPSHOT_LIMITED,
		json_pack("{s:s, s:I}", "snapshot", change->snapshot->name, "limit_bytes",
			(json_int_t)store_facts(change->snapshot->store)->limit_bytes));
	change_end(change, 0);
}

static void change_limit(struct lvm_change *change)
{
	const struct snapshot *snapshot = change->snapshot;
	struct store_facts facts;

	if (!snapshot->store) {
		change_refuse(change, -EUCLEAN, "its store cannot be read");
		return;
	}
	facts = *store_facts(snapshot->store);
	if (profile_limit_bytes(snapshot->profile, &change->limit, facts.volume_bytes,
		    &facts.limit_bytes) < 0 ||
		facts.limit_bytes % snapshot->profile->limit_unit_bytes != 0) {
		change_refuse(change, -EINVAL, "a COW volume is a whole number of sectors");
		return;
	}
	change_write(change, &facts, limit_written);
}

/* ---- starting ---- */

static void change_begin(struct lvm_change *change)
{
	static void (*const begin[])(struct lvm_change * change) = {
		[LVM_DETACH] = change_mode,
		[LVM_ATTACH] = change_mode,
		[LVM_RENAME] = change_rename,
		[LVM_LIMIT] = change_limit,
	};

	begin[change->kind](change);
}

static bool is_ours(const struct snapshot *snapshot)
{
	const char *driver = snapshot->profile->driver;

	return driver && strcmp(driver, LVM_DRIVER) == 0;
}

void volume_lvm_change(struct volume *volume, struct snapshot *snapshot, struct lvm_change *change)
{
	struct lvm_driver *driver = volume->lvm;

	change->volume = volume;
	change->snapshot = snapshot;
	if (!driver || !is_ours(snapshot)) {
		change->refusal = "profile lvm alone can";
		change->done(change, -EOPNOTSUPP);
		return;
	}
	/* A deletion waits for the last change. */
	snapshot_get(snapshot);
	if (driver->current) {
		list_append(&driver->waiting, &change->link);
		return;
	}
	driver->current = change;
	change_begin(change);
}

/* ---- the driver ---- */

static int lvm_open(struct volume *volume)
{
	volume->lvm = calloc(1, sizeof *volume->lvm);
	if (!volume->lvm)
		return -ENOMEM;
	list_init(&volume->lvm->waiting);
	return 0;
}

static void lvm_close(struct volume *volume)
{
	free(volume->lvm);
}

static bool lvm_idle(const struct volume *volume)
{
	return !volume->lvm->current;
}

/* A new snapshot must not take the name of a rename in progress. */
static int place_check(struct snapshot_create *create, unsigned *count)
{
	const struct lvm_change *change = create->volume->lvm->current;

	(void)count;
	if (change && change->kind == LVM_RENAME && strcmp(change->to, create->name) == 0)
		return snapshot_refuse(create, -EEXIST, "another one is just given that name");
	return 0;
}

const struct volume_extension extension_lvm = {
	.driver = LVM_DRIVER,
	.open = lvm_open,
	.close = lvm_close,
	.idle = lvm_idle,
	.place_check = place_check,
};
