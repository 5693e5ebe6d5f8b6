/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/origins/backing.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/captive_rig.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/control/client.h"
#include "simfs/control/protocol.h"

#define SECTOR_BYTES 512u
/* How often a caller is asked whether it still waits. */
#define SLICE_NS   (25 * NS_PER_MS)
#define PROFILE	   "lvm"
#define SEED_BYTES 24

struct backing {
	char *mount_point;
	uint64_t sectors, seed;
	struct captive_rig captive; /* no process: the user's */
	pthread_mutex_t lock;
	struct control_client *idle; /* a connection not in use */
};

static struct backing *backing_new(const char *mount_point)
{
	struct backing *backing = calloc(1, sizeof *backing);

	if (!backing)
		return NULL;
	backing->captive = (struct captive_rig)CAPTIVE_RIG_NONE;
	backing->mount_point = strdup(mount_point);
	pthread_mutex_init(&backing->lock, NULL);
	return backing;
}

static void backing_free(struct backing *backing)
{
	control_client_destroy(backing->idle);
	pthread_mutex_destroy(&backing->lock);
	free(backing->mount_point);
	free(backing);
}

/* ---- talking ---- */

static int connection_take(struct backing *backing, struct control_client **ret)
{
	pthread_mutex_lock(&backing->lock);
	*ret = TAKE_PTR(backing->idle);
	pthread_mutex_unlock(&backing->lock);
	if (*ret)
		return 0;
	return control_client_connect(backing->mount_point, ret);
}

static void connection_give(struct backing *backing, struct control_client *client)
{
	pthread_mutex_lock(&backing->lock);
	if (!backing->idle)
		backing->idle = TAKE_PTR(client);
	pthread_mutex_unlock(&backing->lock);
	control_client_destroy(client);
}

static bool is_over(const struct patience *patience)
{
	if (atomic_load(patience->stopping))
		return true;
	return patience->waits && !patience->waits(patience->context, patience->caller);
}

static int await(
	struct control_client *client, uint64_t id, const struct patience *patience, json_t **ret)
{
	int error;

	while ((error = control_client_wait(client, id, SLICE_NS, ret)) == -ETIMEDOUT)
		if (is_over(patience))
			return -EINTR;
	return error;
}

int backing_call(struct backing *backing, const char *command, json_t *arguments,
	const struct patience *patience, json_t **ret)
{
	struct control_client *client;
	uint64_t id;
	int error = connection_take(backing, &client);

	if (error < 0) {
		json_decref(arguments);
		return -ENOTCONN;
	}
	error = control_client_send(client, command, arguments, &id);
	if (error == 0)
		error = await(client, id, patience, ret);
	/* A connection whose answer may still come cannot be reused. */
	if (error == -EINTR || error == -ECONNRESET)
		control_client_destroy(client);
	else
		connection_give(backing, client);
	return error == -ECONNRESET ? -ENOTCONN : error;
}

int backing_snapshot(
	struct backing *backing, const char *name, const struct patience *patience, json_t **ret)
{
	json_t *answer = NULL, *snapshot, *found = NULL;
	int error = backing_call(backing, "snapshot.list", NULL, patience, &answer);
	size_t i;

	if (error < 0)
		return error;
	json_array_foreach(json_object_get(answer, "snapshots"), i, snapshot)
	{
		const char *its_name = json_string_value(json_object_get(snapshot, "name"));

		if (its_name && strcmp(its_name, name) == 0)
			found = json_incref(snapshot);
	}
	json_decref(answer);
	if (!found)
		return -ENOENT;
	*ret = found;
	return 0;
}

/* ---- beginning ---- */

static int measure(struct backing *backing)
{
	AUTO(auto_free) char *path = NULL;
	struct stat facts;

	if (asprintf(&path, "%s/" MOUNT_LIVE, backing->mount_point) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (stat(path, &facts) < 0)
		return -errno;
	backing->sectors = (uint64_t)facts.st_size / SECTOR_BYTES;
	return 0;
}

int backing_join(const char *mount_point, struct backing **ret)
{
	atomic_bool never = false;
	const struct patience patience = { .stopping = &never };
	struct backing *backing = backing_new(mount_point);
	json_t *status = NULL;

	if (!backing || !backing->mount_point) {
		backing_end(backing);
		return -ENOMEM;
	}

	int error = backing_call(backing, "status", NULL, &patience, &status);

	if (error == 0) {
		const char *profile = json_string_value(json_object_get(status, "profile"));

		if (!profile || strcmp(profile, PROFILE) != 0)
			error = -EOPNOTSUPP;
		backing->seed = (uint64_t)json_integer_value(json_object_get(status, "seed"));
	}
	json_decref(status);
	if (error == 0)
		error = measure(backing);
	if (error < 0) {
		backing_end(backing);
		return error;
	}
	*ret = backing;
	return 0;
}

static int start(struct backing *backing, const struct backing_order *order)
{
	char seed[SEED_BYTES];
	const char *const argv[] = { "mount", "--profile", PROFILE, "--seed", seed, "--store",
		order->store, "--trust-image", order->image, order->mount_point, NULL };
	int error;

	snprintf(seed, sizeof seed, "%" PRIu64, order->seed);
	error = captive_rig_start(&backing->captive, argv, order->mount_point, order->log_path);
	return error < 0 ? error : measure(backing);
}

int backing_spawn(const struct backing_order *order, struct backing **ret)
{
	struct backing *backing = backing_new(order->mount_point);
	int error = backing && backing->mount_point ? start(backing, order) : -ENOMEM;

	if (error < 0) {
		backing_end(backing);
		return error;
	}
	*ret = backing;
	return 0;
}

/* ---- the end ---- */

void backing_stop(struct backing *backing)
{
	if (backing->captive.pid > 0)
		captive_rig_end(&backing->captive, backing->mount_point);
}

void backing_end(struct backing *backing)
{
	if (!backing)
		return;
	control_client_destroy(TAKE_PTR(backing->idle));
	backing_stop(backing);
	backing_free(backing);
}

const char *backing_mount_point(const struct backing *backing)
{
	return backing->mount_point;
}

uint64_t backing_seed(const struct backing *backing)
{
	return backing->seed;
}

uint64_t backing_sectors(const struct backing *backing)
{
	return backing->sectors;
}
