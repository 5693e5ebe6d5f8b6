/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the disk's rig whether a fault strikes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/control/client.h"
#include "simfs/doors/xapi/transfer/internal.h"

/* How often it checks whether the client still waits. */
#define SLICE_NS (25 * NS_PER_MS)

static void read_answer(const char *point, const json_t *answer, struct transfer_strike *ret)
{
	const char *reply = json_string_value(json_object_get(answer, "reply"));
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (!json_is_true(json_object_get(answer, "fired")))
		return;
	if (reply && xapi_reply_find(point, reply, &ret->reply) < 0)
		ret->reply = XAPI_REPLIES;
	if (error)
		ret->error = error_from_name(error);
	/* It is the disk's error, whatever its name. */
	if (transfer_is_of_client(ret->error))
		ret->error = -EIO;
}

/* Returns 0, -EPIPE if the client is gone, or the error of control_client_wait(). */
static int await(
	const struct striker *striker, struct control_client *rig, uint64_t id, json_t **ret)
{
	int error;

	while ((error = control_client_wait(rig, id, SLICE_NS, ret)) == -ETIMEDOUT)
		if (striker->is_left(striker->context))
			return -EPIPE;
	return error;
}

static void let_go(struct control_client **rig)
{
	control_client_destroy(*rig);
	*rig = NULL;
}

void striker_deinit(struct striker *striker)
{
	for (size_t i = 0; i < sizeof striker->rigs / sizeof striker->rigs[0]; i++)
		let_go(&striker->rigs[i]);
}

/* Copies ARGUMENTS. */
static int ask_at(const struct striker *striker, const char *mount_point,
	struct control_client **rig, const char *point, json_t *arguments,
	struct transfer_strike *ret)
{
	json_t *answer = NULL;
	uint64_t id;
	int error;

	if (!*rig && control_client_connect(mount_point, rig) < 0) {
		*rig = NULL;
		return 0;
	}
	error = control_client_send(*rig, "fault.strike", json_deep_copy(arguments), &id);
	if (error == 0)
		error = await(striker, *rig, id, &answer);
	if (error == 0)
		read_answer(point, answer, ret);
	json_decref(answer);
	/* Hanging up withdraws a question that is no longer waited for. */
	if (error == -EPIPE || error == -ECONNRESET)
		let_go(rig);
	return error == -EPIPE ? error : 0;
}

int striker_ask(struct striker *striker, const char *point, uint64_t offset, uint64_t length,
	struct transfer_strike *ret)
{
	const char *elder = striker->elder_mount_point;
	json_t *arguments = json_pack("{s:s}", "point", point);
	int error;

	*ret = (struct transfer_strike){ .reply = XAPI_REPLIES };
	if (length > 0) {
		json_object_set_new(arguments, "offset", json_integer((json_int_t)offset));
		json_object_set_new(arguments, "length", json_integer((json_int_t)length));
	}
	error = ask_at(striker, striker->mount_point, &striker->rigs[0], point, arguments, ret);
	if (error == 0 && ret->reply == XAPI_REPLIES && ret->error == 0 && elder && *elder)
		error = ask_at(striker, elder, &striker->rigs[1], point, arguments, ret);
	json_decref(arguments);
	return error;
}
