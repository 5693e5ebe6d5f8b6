/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands_events.c - sends the journal to clients that read it or follow it.
 *
 * Followers are answered between two turns of the ring, never from where the event happens, which
 * may be in the middle of any request.
 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/control/commands_internal.h"
#include "simfs/control/protocol.h"

/* A client that waits until the journal is longer than OFFSET. */
struct follower {
	struct control_lease lease; /* first */
	uint64_t offset;
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

static struct follower *follower_of(struct control_lease *lease)
{
	return CONTAINER_OF(lease, struct follower, lease);
}

/* Returns the request, which must still be answered. */
static struct control_request *follower_free(struct follower *follower)
{
	struct control_request *request = follower->lease.request;

	control_lease_end(&follower->lease);
	free(follower);
	return request;
}

static void follower_left(struct control_lease *lease)
{
	control_request_answer(follower_free(follower_of(lease)), NULL);
}

static void follow(struct commands *commands, struct control_request *request, uint64_t offset)
{
	struct control_lease *lease = commands_lease(
		request, sizeof(struct follower), follower_left, &commands->followers);

	if (lease)
		follower_of(lease)->offset = offset;
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

/* A follower that waits for lines that exist by now, or NULL. */
static struct follower *find_behind(struct commands *commands)
{
	list_for_each (link, &commands->followers) {
		struct follower *follower = follower_of(
			CONTAINER_OF(link, struct control_lease, link));

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
		refuse_ending(follower_free(follower_of(
			CONTAINER_OF(commands->followers.next, struct control_lease, link))));
}
