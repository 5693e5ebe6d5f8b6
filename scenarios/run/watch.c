/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "scenarios/run/lvm_world.h"
#include "scenarios/run/run_points.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

/* How often the thread checks whether it must end. */
#define SLICE_NS (20 * NS_PER_MS)

struct watch {
	const struct run *run;
	char *rig_name; /* of the snapshot in the rig; the point has the client's name */
	struct control_client *control; /* closing it releases what it holds */
	uint64_t id;			/* of the pending request */
	struct snapshot_point point;	/* the latest; its content is NULL if none was taken */
	int error;
	struct reason reason;
	pthread_t thread;

	/* Set by the main thread, read by the other; no data depends on it. */
	atomic_bool is_cancelled;
};

static void watch_destroy(struct watch *watch)
{
	control_client_destroy(watch->control);
	free(watch->rig_name);
	point_deinit(&watch->point);
	free(watch);
}

static int watch_send(struct watch *watch)
{
	return control_client_send(watch->control, "snapshot.watch",
		json_pack("{s:s}", "name", watch->rig_name), &watch->id);
}

/* The client's snapshot exists and writes are held.  The next one may come at once. */
static int taken(struct watch *watch)
{
	struct snapshot_point point = { .name = watch->point.name, .is_deleted = true };
	int error = point_read(watch->run, &point, &watch->reason);

	point_deinit(&watch->point);
	watch->point = point;
	if (error < 0)
		return error;
	error = watch_send(watch);
	if (error == 0)
		error = control_client_call(
			watch->control, "writes.resume", NULL, RIG_PATIENCE_NS, NULL);
	return error < 0 ? reason_error(&watch->reason, error, "cannot let writes go on") : 0;
}

/* Waits for the answer, and acts on it.  Returns 0, -ETIMEDOUT, or -errno with the reason. */
static int look(struct watch *watch, uint64_t patience_ns)
{
	int error = control_client_wait(watch->control, watch->id, patience_ns, NULL);

	if (error == 0)
		return taken(watch);
	if (error == -ETIMEDOUT)
		return error;
	return reason_error(
		&watch->reason, error, "cannot watch for snapshot '%s'", watch->point.name);
}

static void *watch_thread(void *context)
{
	struct watch *watch = context;
	int error = 0;

	while ((error == 0 || error == -ETIMEDOUT) && !atomic_load(&watch->is_cancelled))
		error = look(watch, SLICE_NS);
	/* Everything answered before the ping has arrived; nothing else is waited for. */
	while (error == 0 || error == -ETIMEDOUT) {
		error = control_client_call(watch->control, "ping", NULL, RIG_PATIENCE_NS, NULL);
		if (error == 0)
			error = look(watch, 1);
		if (error == -ETIMEDOUT)
			return NULL;
	}
	watch->error = error;
	if (!*watch->reason.text)
		reason_error(
			&watch->reason, error, "cannot watch for snapshot '%s'", watch->point.name);
	return NULL;
}

/* In a pool, the name of a snapshot is a uuid that is not known in advance. */
static char *rig_name_of(const struct client *client, const char *name)
{
	if (client->gives == CLIENT_GIVES_XAPI)
		return heap_copy("*");
	return client->gives == CLIENT_GIVES_LVM ? lvm_rig_name(client, name) : heap_copy(name);
}

int watch_begin(struct run *run, const char *name, struct reason *reason, struct watch **ret)
{
	struct watch *watch = heap_new(sizeof *watch);
	int error;

	watch->run = run;
	watch->point.name = name;
	watch->rig_name = rig_name_of(run->client, name);
	atomic_init(&watch->is_cancelled, false);
	error = control_client_connect(run->mount_point, &watch->control);
	if (error == 0)
		error = watch_send(watch);
	/* The ping after it is answered when the rig knows about the watch. */
	if (error == 0)
		error = control_client_call(watch->control, "ping", NULL, RIG_PATIENCE_NS, NULL);
	if (error == 0)
		error = -pthread_create(&watch->thread, NULL, watch_thread, watch);
	if (error < 0) {
		watch_destroy(watch);
		return reason_error(reason, error, "cannot watch for snapshot '%s'", name);
	}
	*ret = watch;
	return 0;
}

int watch_end(struct run *run, struct watch *watch, struct reason *reason)
{
	int error;

	atomic_store(&watch->is_cancelled, true);
	pthread_join(watch->thread, NULL);
	error = watch->error;
	if (error < 0)
		*reason = watch->reason;
	/* It was taken, even if the rig has ended since. */
	if (watch->point.content) {
		point_add(run, &watch->point);
		watch->point = (struct snapshot_point){ 0 };
	}
	watch_destroy(watch);
	return error;
}
