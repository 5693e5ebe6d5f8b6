/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/calls/strikes.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/control/client.h"
#include "simfs/doors/dm/calls/points.h"
#include "simfs/doors/dm/processes/caller.h"

/* How often a call that hangs checks whether its caller still lives. */
#define LOOK_AGAIN_NS (200 * NS_PER_MS)

/* How long a world that begins waits for its rig. */
#define ASK_PATIENCE_NS (10 * NS_PER_S)

/* More idle connections are not kept: the rig has room for that many. */
#define SPARE_MAX 4

struct strikes {
	char *mount_point;
	struct points *points;
	pthread_mutex_t lock;
	struct control_client *spare[SPARE_MAX];
	unsigned spare_count;
};

int strikes_create(const char *mount_point, struct strikes **ret)
{
	struct strikes *strikes = calloc(1, sizeof *strikes);

	if (!strikes)
		return -ENOMEM;
	strikes->mount_point = strdup(mount_point);
	if (!strikes->mount_point || points_follow(mount_point, &strikes->points) < 0) {
		free(strikes->mount_point);
		free(strikes);
		return -ENOMEM;
	}
	pthread_mutex_init(&strikes->lock, NULL);
	*ret = strikes;
	return 0;
}

void strikes_destroy(struct strikes *strikes)
{
	if (!strikes)
		return;
	points_end(strikes->points);
	while (strikes->spare_count > 0)
		control_client_destroy(strikes->spare[--strikes->spare_count]);
	pthread_mutex_destroy(&strikes->lock);
	free(strikes->mount_point);
	free(strikes);
}

/* ---- connections ---- */

/* NULL if there is no rig to ask. */
static struct control_client *connection_take(struct strikes *strikes)
{
	struct control_client *client = NULL;

	pthread_mutex_lock(&strikes->lock);
	if (strikes->spare_count > 0)
		client = strikes->spare[--strikes->spare_count];
	pthread_mutex_unlock(&strikes->lock);
	if (!client && control_client_connect(strikes->mount_point, &client) < 0)
		return NULL;
	return client;
}

static void connection_give(struct strikes *strikes, struct control_client *client)
{
	pthread_mutex_lock(&strikes->lock);
	if (strikes->spare_count < SPARE_MAX)
		strikes->spare[strikes->spare_count++] = TAKE_PTR(client);
	pthread_mutex_unlock(&strikes->lock);
	control_client_destroy(client);
}

/* ---- asking ---- */

/* Until the answer comes or the caller no longer waits for it. */
static int await(
	struct control_client *client, const struct caller *caller, uint64_t id, json_t **ret)
{
	int error;

	do
		error = control_client_wait(client, id, LOOK_AGAIN_NS, ret);
	while (error == -ETIMEDOUT && caller_waits(caller));
	return error == -ETIMEDOUT ? -EINTR : error;
}

static int ask(
	struct strikes *strikes, const struct caller *caller, json_t *arguments, json_t **ret)
{
	struct control_client *client = connection_take(strikes);
	uint64_t id;
	int error;

	if (!client) {
		json_decref(arguments);
		return -ENOTCONN;
	}
	error = control_client_send(client, "fault.strike", arguments, &id);
	if (error == 0)
		error = await(client, caller, id, ret);
	/* An unanswered question dies with its connection; a broken connection is of no use. */
	if (error == 0)
		connection_give(strikes, client);
	else
		control_client_destroy(client);
	return error;
}

/* As strike_udev(). */
static int strike(struct strikes *strikes, const struct caller *caller, json_t *arguments)
{
	json_t *answer = NULL;
	int error = ask(strikes, caller, arguments, &answer), result = 0;
	const char *action = json_string_value(json_object_get(answer, "action"));
	const char *name = json_string_value(json_object_get(answer, "error"));

	if (action && strcmp(action, "drop") == 0)
		result = 1;
	else if (action && name)
		result = error_from_name(name);
	json_decref(answer);
	return error == -EINTR ? error : result;
}

int strike_ioctl(
	struct strikes *strikes, const struct caller *caller, const char *ioctl, const char *device)
{
	if (!points_may_strike(strikes->points, DM_POINT_IOCTL))
		return 0;
	return strike(strikes, caller,
		json_pack("{s:s, s:s, s:s}", "point", point_name(DM_POINT_IOCTL), "ioctl", ioctl,
			"device", device));
}

int strike_udev(struct strikes *strikes, const struct caller *caller, const char *device)
{
	if (!points_may_strike(strikes->points, DM_POINT_UDEV))
		return 0;
	return strike(strikes, caller,
		json_pack("{s:s, s:s}", "point", point_name(DM_POINT_UDEV), "device", device));
}

static bool is_of_udev(const json_t *fault)
{
	const char *point = json_string_value(json_object_get(fault, "point"));

	return point && strcmp(point, point_name(DM_POINT_UDEV)) == 0;
}

bool strikes_meet_udev(const char *mount_point)
{
	struct control_client *client;
	json_t *answer = NULL, *fault;
	bool found = false;
	size_t at;

	if (control_client_connect(mount_point, &client) < 0)
		return false;
	(void)control_client_call(client, "fault.list", NULL, ASK_PATIENCE_NS, &answer);
	json_array_foreach(json_object_get(answer, "faults"), at, fault)
		found = found || is_of_udev(fault);
	json_decref(answer);
	control_client_destroy(client);
	return found;
}
