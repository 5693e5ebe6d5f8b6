/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands_events.c - the journal, to those who read it and to those who follow it.
 *
 * Who follows is answered between two turns of the ring and never from where
 * the event happens: that may be in the middle of any request.
 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/control/commands_internal.h"
#include "simfs/control/protocol.h"

/* One who waits for more of the journal than OFFSET. */
struct follower {
	struct control_request *request;
	uint64_t offset;
	struct control_close_hook hook;
	struct list link;
};

static void answer_lines(struct control_request *request, struct journal *journal, uint64_t offset)
{
	const char *lines = "";
	size_t length = journal_lines(journal, &offset, PROTOCOL_EVENTS_MAX_BYTES, &lines);
	json_t *result = json_pack(
		"{s:s%, s:I}", "lines", lines, length, "next", (json_int_t)offset);

	if (result)
		control_request_answer(request, result);
	else
		control_request_refuse(request, -ENOMEM, "out of memory");
}

static void refuse_ending(struct control_request *request)
{
	control_request_refuse(request, -ESHUTDOWN, "the volume is being unmounted");
}

/* The request stays to be answered. */
static struct control_request *follower_free(struct follower *follower)
{
	struct control_request *request = follower->request;

	control_close_hook_cancel(&follower->hook);
	list_remove(&follower->link);
	free(follower);
	return request;
}

static void follower_left(struct control_close_hook *hook)
{
	control_request_answer(follower_free(CONTAINER_OF(hook, struct follower, hook)), NULL);
}

static void follow(struct commands *commands, struct control_request *request, uint64_t offset)
{
	struct follower *follower = malloc(sizeof *follower);

	if (!follower) {
		control_request_refuse(request, -ENOMEM, "out of memory");
		return;
	}
	*follower = (struct follower){
		.request = request,
		.offset = offset,
		.hook.closed = follower_left,
	};
	if (!control_connection_on_close(request->connection, &follower->hook)) {
		free(follower);
		control_request_refuse(request, -ECANCELED, "whoever asked is gone");
		return;
	}
	list_append(&commands->followers, &follower->link);
}

void commands_run_events(struct control_request *request, void *context)
{
	struct commands *commands = context;
	struct journal *journal = commands->journal;
	json_t *from = json_object_get(request->arguments, "from");
	uint64_t offset = from ? (uint64_t)json_integer_value(from) : 0;
	bool wait = false;

	if (!commands_optional_bool(request, "wait", &wait))
		return;
	if (from && (!json_is_integer(from) || json_integer_value(from) < 0))
		control_request_refuse(
			request, -EINVAL, "argument 'from' of 'events' must be a number from 0");
	else if (!journal)
		refuse_ending(request);
	else if (wait && offset >= journal_bytes(journal))
		follow(commands, request, offset);
	else
		answer_lines(request, journal, offset);
}

/* One who waits for what is there by now, or NULL. */
static struct follower *find_behind(struct commands *commands)
{
	list_for_each (link, &commands->followers) {
		struct follower *follower = CONTAINER_OF(link, struct follower, link);

		if (follower->offset < journal_bytes(commands->journal))
			return follower;
	}
	return NULL;
}

void commands_tell(struct commands *commands)
{
	struct follower *follower;

	while (commands->journal && (follower = find_behind(commands))) {
		uint64_t offset = follower->offset;

		answer_lines(follower_free(follower), commands->journal, offset);
	}
}

void commands_end_telling(struct commands *commands)
{
	commands_tell(commands);
	commands->journal = NULL;
	while (!list_empty(&commands->followers))
		refuse_ending(follower_free(
			CONTAINER_OF(commands->followers.next, struct follower, link)));
}

void commands_forget_followers(struct commands *commands)
{
	struct list *link;

	while ((link = list_pop(&commands->followers)))
		free(CONTAINER_OF(link, struct follower, link));
}
