/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/disks/disk_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "simfs/base/captive_rig.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/dead_mount.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/control/client.h"
#include "simfs/control/protocol.h"

#define PROFILE	      "xen"
#define ARGUMENTS_MAX 64
#define STATUS_FILE   MOUNT_RIG "/status.json"

/* How often a call that waits for an answer checks whether it was cancelled. */
#define SLICE_NS (50 * NS_PER_MS)

/* How long the rig of a killed server may take to end. */
#define OLD_RIG_NS	(20 * NS_PER_S)
#define OLD_RIG_POLL_US 20000

struct disk_rig {
	char *mount_point;
	uint64_t size_bytes;
	uint64_t limit_bytes;	    /* of its SR, when it was joined */
	struct captive_rig captive; /* no process: the user's */
	atomic_bool is_cancelled;
	pthread_mutex_t lock;
	struct control_client *idle; /* a connection not in use */
};

/* ---- talking ---- */

static int connection_take(struct disk_rig *rig, struct control_client **ret)
{
	pthread_mutex_lock(&rig->lock);
	*ret = TAKE_PTR(rig->idle);
	pthread_mutex_unlock(&rig->lock);
	if (*ret)
		return 0;
	return control_client_connect(rig->mount_point, ret) < 0 ? -ENOTCONN : 0;
}

static void connection_give(struct disk_rig *rig, struct control_client *client)
{
	pthread_mutex_lock(&rig->lock);
	if (!rig->idle)
		rig->idle = TAKE_PTR(client);
	pthread_mutex_unlock(&rig->lock);
	control_client_destroy(client);
}

static int await(struct disk_rig *rig, struct control_client *client, uint64_t id, json_t **ret)
{
	int error;

	while ((error = control_client_wait(client, id, SLICE_NS, ret)) == -ETIMEDOUT)
		if (atomic_load(&rig->is_cancelled))
			return -ECANCELED;
	return error;
}

int disk_rig_call(struct disk_rig *rig, const char *command, json_t *arguments, json_t **ret,
	char **ret_message)
{
	struct control_client *client;
	const char *message;
	uint64_t id;
	int error = connection_take(rig, &client);

	if (ret_message)
		*ret_message = NULL;
	if (error < 0) {
		json_decref(arguments);
		return error;
	}
	error = control_client_send(client, command, arguments, &id);
	if (error == 0)
		error = await(rig, client, id, ret);
	message = control_client_message(client);
	if (error < 0 && ret_message && *message)
		*ret_message = heap_copy(message);
	/* A connection whose answer may still come cannot be reused. */
	if (error == -ECANCELED || error == -ECONNRESET)
		control_client_destroy(client);
	else
		connection_give(rig, client);
	return error == -ECONNRESET ? -ENOTCONN : error;
}

int disk_rig_status(struct disk_rig *rig, json_t **ret)
{
	AUTO(auto_free) char *path = heap_format("%s/" STATUS_FILE, rig->mount_point);
	AUTO(auto_fclose) FILE *file = fopen(path, "re");
	json_t *status;

	if (!file)
		return errno == ENOENT ? -ENOTCONN : -errno;
	/* Through a stream: json_loadfd() reads byte by byte. */
	status = json_loadf(file, 0, NULL);
	if (!status)
		return -EIO;
	*ret = status;
	return 0;
}

/* ---- starting ---- */

static struct disk_rig *disk_rig_new(const char *mount_point)
{
	struct disk_rig *rig = heap_new(sizeof *rig);

	rig->captive = (struct captive_rig)CAPTIVE_RIG_NONE;
	rig->mount_point = heap_copy(mount_point);
	pthread_mutex_init(&rig->lock, NULL);
	return rig;
}

/* Reads its size, and checks that it is a chain. */
static int look_at(struct disk_rig *rig)
{
	json_t *status = NULL;
	int error = disk_rig_status(rig, &status);

	if (error < 0)
		return error;

	const char *profile = json_string_value(json_object_get(status, "profile"));

	if (!profile || strcmp(profile, PROFILE) != 0 || !json_object_get(status, "nodes"))
		error = -EOPNOTSUPP;
	rig->size_bytes = (uint64_t)json_integer_value(json_object_get(status, "size_bytes"));
	rig->limit_bytes = (uint64_t)json_integer_value(json_object_get(
		json_object_get(json_object_get(status, "chain"), "sr"), "capacity_bytes"));
	json_decref(status);
	return error;
}

int disk_rig_join(const char *mount_point, struct disk_rig **ret)
{
	struct disk_rig *rig = disk_rig_new(mount_point);
	/* Reading a file of a rig that is stopped would never return. */
	int error = control_client_connect(mount_point, &rig->idle);

	if (error != -ETIMEDOUT)
		error = look_at(rig);
	if (error == -EOPNOTSUPP)
		log_error("cannot join '%s': its profile is not '" PROFILE "'", mount_point);
	else if (error < 0)
		log_error_code(error, "cannot join '%s'", mount_point);
	if (error < 0) {
		disk_rig_end(rig);
		return error;
	}
	*ret = rig;
	return 0;
}

void disk_rig_await_old(const char *mount_point)
{
	AUTO(auto_free) char *path = heap_format("%s/" STATUS_FILE, mount_point);
	uint64_t deadline_ns = clock_now_ns() + OLD_RIG_NS;
	int error;

	while ((error = access(path, F_OK) == 0 ? 0 : errno) == 0 && clock_now_ns() < deadline_ns)
		usleep(OLD_RIG_POLL_US);
	if (error == ENOTCONN)
		(void)dead_mount_detach(mount_point, true);
}

struct words {
	const char *argv[ARGUMENTS_MAX];
	size_t count;
};

static void word(struct words *words, const char *text)
{
	MUST(words->count + 1 < ARGUMENTS_MAX);
	words->argv[words->count++] = text;
}

static void option(struct words *words, const char *name, const char *value)
{
	if (!value)
		return;
	word(words, name);
	word(words, value);
}

static char *number_text(uint64_t number)
{
	return number > 0 ? heap_format("%" PRIu64, number) : NULL;
}

static int spawn(struct disk_rig *rig, const struct disk_rig_order *order)
{
	AUTO(auto_free) char *limit = number_text(order->limit_bytes);
	AUTO(auto_free) char *scale = number_text(order->time_scale);
	AUTO(auto_free) char *seed = number_text(order->seed);
	struct words words = { .count = 0 };

	word(&words, "mount");
	option(&words, "--profile", PROFILE);
	option(&words, "--sr", order->sr);
	option(&words, "--format", order->format);
	option(&words, "--limit", limit);
	option(&words, "--time-scale", scale);
	option(&words, "--seed", seed);
	if (order->coalesces_when_asked)
		word(&words, "--no-coalesce");
	word(&words, order->image);
	word(&words, order->mount_point);
	return captive_rig_start(&rig->captive, words.argv, order->mount_point, order->log_path);
}

int disk_rig_start(const struct disk_rig_order *order, struct disk_rig **ret)
{
	struct disk_rig *rig = disk_rig_new(order->mount_point);
	int error;

	disk_rig_await_old(order->mount_point);
	error = spawn(rig, order);
	if (error == -EIO)
		log_error("cannot mount '%s': see '%s'", order->image, order->log_path);
	else if (error < 0)
		log_error_code(error, "cannot mount '%s'", order->image);
	else
		error = look_at(rig);
	if (error < 0) {
		disk_rig_end(rig);
		return error;
	}
	*ret = rig;
	return 0;
}

/* ---- the end ---- */

void disk_rig_cancel(struct disk_rig *rig)
{
	atomic_store(&rig->is_cancelled, true);
}

void disk_rig_release(struct disk_rig *rig)
{
	captive_rig_release(&rig->captive);
}

void disk_rig_kill(struct disk_rig *rig)
{
	if (rig->captive.pid <= 0)
		return;
	captive_rig_kill(&rig->captive);
	dead_mount_remove(rig->mount_point);
}

void disk_rig_end(struct disk_rig *rig)
{
	if (!rig)
		return;
	control_client_destroy(rig->idle);
	if (rig->captive.pid > 0)
		captive_rig_end(&rig->captive, rig->mount_point);
	pthread_mutex_destroy(&rig->lock);
	free(rig->mount_point);
	free(rig);
}

const char *disk_rig_mount_point(const struct disk_rig *rig)
{
	return rig->mount_point;
}

uint64_t disk_rig_limit_bytes(const struct disk_rig *rig)
{
	return rig->limit_bytes;
}

uint64_t disk_rig_size_bytes(const struct disk_rig *rig)
{
	return rig->size_bytes;
}
