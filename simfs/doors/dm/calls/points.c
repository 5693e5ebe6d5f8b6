/* SPDX-License-Identifier: Apache-2.0 */
/*
 * points.c - see points.h.
 *
 * 1. The rules in an answer are noted before the next fault.follow, which tells the rig that they
 *    are known: so a rule is noted before its user gets the answer.
 * 2. What is noted holds while the connection does.  When a rig ends, its connection is closed
 *    before another rig can take its place, whether or not the thread has noticed.
 * 3. When the thread stops following, it hangs up: the rig does not wait for it, and nothing noted
 *    holds any more.
 */
#include "simfs/doors/dm/calls/points.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "simfs/base/clock.h"
#include "simfs/control/client.h"

/* How long a world that begins waits for its rig. */
#define ASK_PATIENCE_NS (10 * NS_PER_S)

struct points {
	struct control_client *rig; /* NULL if there is no rig */
	json_int_t revision;	    /* of the rules that are noted; 0 if none are */
	atomic_bool has_rule[DM_POINTS];
	pthread_t thread;
	bool is_running;
};

const char *point_name(enum dm_point point)
{
	static const char *const names[] = {
		[DM_POINT_IOCTL] = "dm.ioctl",
		[DM_POINT_UDEV] = "dm.udev",
	};

	return names[point];
}

/* ---- following ---- */

static bool is_at(const json_t *rule, enum dm_point point)
{
	const char *text = json_string_value(json_object_get(rule, "rule"));
	size_t length = strlen(point_name(point));

	return text && strncmp(text, point_name(point), length) == 0 && text[length] == ' ';
}

static void note(struct points *points, const json_t *rules)
{
	for (enum dm_point point = 0; point < DM_POINTS; point++) {
		bool has_rule = false;
		json_t *rule;
		size_t at;

		json_array_foreach(rules, at, rule) has_rule = has_rule || is_at(rule, point);
		atomic_store(&points->has_rule[point], has_rule);
	}
}

/* Waits for a change of the rules, and notes it.  Returns 0, or -errno: no more will come. */
static int follow_once(struct points *points, uint64_t timeout_ns)
{
	json_t *answer = NULL;
	int error = control_client_call(points->rig, "fault.follow",
		json_pack("{s:I}", "revision", points->revision), timeout_ns, &answer);
	const json_t *rules = json_object_get(answer, "rules");
	json_int_t revision = json_integer_value(json_object_get(answer, "revision"));

	if (error == 0 && (!json_is_array(rules) || revision <= 0))
		error = -EPROTO;
	if (error == 0) {
		note(points, rules);
		points->revision = revision;
	}
	json_decref(answer);
	return error;
}

static void *follow(void *argument)
{
	struct points *points = argument;

	while (follow_once(points, 0) == 0)
		;
	control_client_hang_up(points->rig);
	return NULL;
}

int points_follow(const char *mount_point, struct points **ret)
{
	struct points *points = calloc(1, sizeof *points);
	int error;

	if (!points)
		return -ENOMEM;
	*ret = points;
	if (control_client_connect(mount_point, &points->rig) < 0) {
		points->rig = NULL;
		return 0;
	}
	error = follow_once(points, ASK_PATIENCE_NS);
	if (error == 0)
		error = -pthread_create(&points->thread, NULL, follow, points);
	points->is_running = error == 0;
	if (error < 0)
		control_client_hang_up(points->rig);
	return 0;
}

void points_end(struct points *points)
{
	if (!points)
		return;
	if (points->is_running) {
		control_client_hang_up(points->rig);
		pthread_join(points->thread, NULL);
	}
	control_client_destroy(points->rig);
	free(points);
}

/* ---- asking ---- */

bool points_may_strike(const struct points *points, enum dm_point point)
{
	return !points->rig || control_client_has_ended(points->rig) ||
	       atomic_load(&points->has_rule[point]);
}
