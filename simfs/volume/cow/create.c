/* SPDX-License-Identifier: Apache-2.0 */
/*
 * create.c - takes a snapshot by copy-on-write.
 *
 *   file NAME.store.new ─▶ superblock in it ─▶ barrier drained ─▶ rename ─▶ on the list
 *
 * The instant is when the barrier has drained: no write is in flight, and the next one
 * already finds the snapshot. The rename makes it permanent: a rig killed before it leaves a
 * .new file, which the next mount removes.
 *
 * The creator's `done` is called before the next write begins, so what it then sees of the
 * live view is what the snapshot has.
 */
#include <errno.h>

#include "simfs/base/cleanup.h"
#include "simfs/volume/core.h"
#include "simfs/volume/cow/area.h"
#include "simfs/volume/cow/bodies.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/life.h"
#include "simfs/volume/way.h"

static void create_over(struct snapshot_create *create, int error)
{
	struct volume *volume = create->volume;

	snapshot_create_end(create, error);
	read_hold_check(volume);
}

/* Its failure is on disk: a kill does not bring back what was answered with an error. */
static void failed_for_good(struct store_waiter *waiter, int error)
{
	struct snapshot_create *create = CONTAINER_OF(waiter, struct snapshot_create, still);

	(void)error;
	create_over(create, create->snapshot->error);
}

/* The link from older snapshots to this one could not be stored for the next mount: all of
 * them fail. */
static void linked(struct store_waiter *waiter, int error)
{
	struct snapshot_create *create = CONTAINER_OF(waiter, struct snapshot_create, written);
	struct snapshot *snapshot = create->snapshot;

	if (error < 0 && snapshot->state == SNAPSHOT_ACTIVE)
		snapshot_fail_logged(snapshot, PROFILE_STORE_WRITE, error, NULL);
	/* In the meantime a read of another one may have failed all. */
	if (error == 0 && snapshot->state != SNAPSHOT_ACTIVE)
		error = snapshot->error;
	snapshot_hold_end(create, error);
	if (error < 0 && !store_idle(snapshot->store)) {
		store_waiter_arm(&create->still, failed_for_good);
		store_quiesce(snapshot->store, &create->still);
		return;
	}
	create_over(create, error);
}

/* The replaced one may have failed or come into use since this began. */
static int replaced_error(const struct snapshot_create *create)
{
	const struct snapshot *replaces = create->replaces;

	if (!replaces)
		return 0;
	if (replaces->state != SNAPSHOT_ACTIVE)
		return replaces->error;
	/* The one reference is the creator's. */
	if (replaces->deletion || replaces->files_open > 0 || replaces->references > 1)
		return -EBUSY;
	return 0;
}

/*
 * Snapshots are entered into the list one at a time, because entering waits for the disk: so
 * their numbers are in the order of their instants, like the list.
 */
static void enter_next(struct volume *volume)
{
	struct list *link = list_pop(&volume->entering);

	volume->is_entering = link != NULL;
	if (link) {
		struct order_turn *turn = CONTAINER_OF(link, struct order_turn, link);

		turn->go(turn);
	}
}

static void not_taken(struct snapshot_create *create, int error)
{
	snapshot_hold_end(create, error);
	create_over(create, error);
}

static void entered(struct snapshot_create *create, int error)
{
	struct volume *volume = create->volume;

	if (error < 0) {
		not_taken(create, error);
		enter_next(volume);
		return;
	}
	snapshot_hold_made(create);
	area_drop_oldest(volume);
	store_waiter_arm(&create->written, linked);
	store_waiter_add(&create->written);
	area_link(create->snapshot, &create->written);
	store_waiter_release(&create->written, 0);
	enter_next(volume);
}

/* Another one may have been entered first. */
static bool is_overtaken(const struct snapshot_create *create)
{
	struct list *last = create->volume->snapshots.previous;

	return last != &create->volume->snapshots &&
	       CONTAINER_OF(last, struct snapshot, link)->id > store_facts(create->store)->order;
}

static void enter(struct snapshot_create *create, int error);

static void renumbered(struct store_waiter *waiter, int error)
{
	enter(CONTAINER_OF(waiter, struct snapshot_create, written), error);
}

static void renumber(struct snapshot_create *create)
{
	struct store_facts facts = *store_facts(create->store);

	facts.order = create->volume->next_order++;
	store_waiter_arm(&create->written, renumbered);
	store_update(create->store, &facts, &create->written);
}

static void enter(struct snapshot_create *create, int error)
{
	if (error == 0)
		error = snapshot_hold_error(create);
	if (error == 0)
		error = replaced_error(create);
	if (error < 0) {
		entered(create, error);
		return;
	}
	if (is_overtaken(create)) {
		renumber(create);
		return;
	}
	snapshot_hold_commit(create);
	snapshot_create_enter(create, entered);
}

static void enter_go(struct order_turn *turn)
{
	enter(CONTAINER_OF(turn, struct snapshot_create, turn), 0);
}

static void taken(struct snapshot_create *create, int error)
{
	struct volume *volume = create->volume;

	if (error < 0) {
		not_taken(create, error);
		return;
	}
	create->turn.go = enter_go;
	list_append(&volume->entering, &create->turn.link);
	if (!volume->is_entering)
		enter_next(volume);
}

static void origin_flushed(struct blockio_request *io, int result)
{
	taken(CONTAINER_OF(io, struct snapshot_create, io), result);
}

/* Data that the snapshot shares with the image must not be undone by a power cut. */
static void image_flush(struct snapshot_create *create)
{
	if (!create->volume->options.durable) {
		taken(create, 0);
		return;
	}
	create->io.done = origin_flushed;
	blockio_start(create->volume->origin, &create->io, BLOCKIO_FLUSH, 0, NULL, 0);
}

static void held(struct snapshot_create *create, int result);

static void replaced_is_still(struct store_waiter *waiter, int error)
{
	(void)error;
	held(CONTAINER_OF(waiter, struct snapshot_create, still), 0);
}

static void held(struct snapshot_create *create, int result)
{
	struct snapshot *replaces = create->replaces;

	if (result == 0)
		result = replaced_error(create);
	if (result < 0) {
		taken(create, result);
		return;
	}
	if (replaces && !store_idle(replaces->store)) {
		store_waiter_arm(&create->still, replaced_is_still);
		store_quiesce(replaces->store, &create->still);
		return;
	}
	image_flush(create);
}

static void written(struct store_waiter *waiter, int error)
{
	struct snapshot_create *create = CONTAINER_OF(waiter, struct snapshot_create, written);

	if (error < 0) {
		snapshot_create_end(create, error);
		return;
	}
	snapshot_hold_begin(create, held);
}

static void room_taken(struct snapshot_create *create, int result)
{
	if (result < 0) {
		snapshot_create_end(create, result);
		return;
	}
	store_waiter_arm(&create->written, written);
	store_mark(create->store, 0, 0, &create->written);
}

void cow_snapshot_create(struct snapshot_create *create)
{
	struct store_facts facts;
	char file[STORE_NAME_BYTES + 16];
	int error = snapshot_choose_facts(create, &facts);

	if (error == 0) {
		snapshot_new_file_name(create, file, sizeof file);
		error = store_create(create->volume->folder, file, &facts,
			create->volume->limits->store, &create->store);
	}
	if (error < 0) {
		snapshot_create_answer(create, error);
		return;
	}
	store_set_durable(create->store, create->volume->options.durable);
	list_append(&create->volume->creating, &create->link);
	room_take(create, room_taken);
}
