/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands_rules.c - copies of the rules in other processes: fault.follow and fault.struck
 * (protocol_doors.h).
 *
 * 1. A change of the rules is answered once every follower has the new rules.  A follower shows
 *    this by asking for the next change, or by leaving.
 * 2. A follower is known from its first question until its connection ends, even while it is not
 *    waiting.
 * 3. Answering one request may release others, so lists are read anew after each.
 *
 *	follower   busy ──has all──▶ waits ──rules change──▶ busy
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/control/commands_internal.h"
#include "simfs/control/protocol.h"

struct follower {
	struct control_lease lease; /* first; has a request while the follower waits */
	struct commands *commands;
	uint64_t revision; /* that the follower has */
};

/* A request that changed the rules to REVISION and waits for the followers. */
struct change {
	struct control_lease lease; /* first */
	uint64_t revision;
	json_t *result;
};

static struct follower *follower_of(struct list *link)
{
	return CONTAINER_OF(CONTAINER_OF(link, struct control_lease, link), struct follower, lease);
}

/* ---- changes ---- */

static void change_answer(struct control_lease *lease)
{
	struct change *change = CONTAINER_OF(lease, struct change, lease);
	struct control_request *request = lease->request;
	json_t *result = change->result;

	control_lease_end(lease);
	free(change);
	control_request_answer(request, result);
}

static bool all_have(const struct commands *commands, uint64_t revision)
{
	list_for_each (link, &commands->rule_followers)
		if (follower_of(link)->revision < revision)
			return false;
	return true;
}

static void settle(struct commands *commands)
{
	while (!list_empty(&commands->rule_changes)) {
		struct control_lease *lease = CONTAINER_OF(
			commands->rule_changes.next, struct control_lease, link);

		/* They are in the order of their revisions. */
		if (!all_have(commands, CONTAINER_OF(lease, struct change, lease)->revision))
			return;
		change_answer(lease);
	}
}

/* ---- followers ---- */

static void answer_rules(struct commands *commands, struct control_request *request)
{
	json_t *faults = volume_fault_list(commands->volume), *fault, *rules = json_array();
	size_t i;

	json_array_foreach(faults, i, fault)
	{
		json_array_append_new(
			rules, json_pack("{s:O, s:O}", "id", json_object_get(fault, "id"), "rule",
				       json_object_get(fault, "rule")));
	}
	json_decref(faults);
	control_request_answer(request,
		json_pack("{s:I, s:I, s:s, s:o}", "revision", (json_int_t)commands->rules_revision,
			"releases", (json_int_t)commands->releases, "phase",
			volume_phase(commands->volume), "rules", rules));
}

/* A follower that waits for rules newer than its own, or NULL. */
static struct follower *find_behind(const struct commands *commands)
{
	list_for_each (link, &commands->rule_followers) {
		struct follower *follower = follower_of(link);

		if (follower->lease.request && follower->revision != commands->rules_revision)
			return follower;
	}
	return NULL;
}

static void tell_followers(struct commands *commands)
{
	struct follower *follower;

	while ((follower = find_behind(commands))) {
		struct control_request *request = follower->lease.request;

		follower->lease.request = NULL;
		answer_rules(commands, request);
	}
}

void commands_rules_changed(
	struct commands *commands, struct control_request *request, json_t *result)
{
	struct control_lease *lease;
	struct change *change;

	commands->rules_revision++;
	tell_followers(commands);
	if (list_empty(&commands->rule_followers)) {
		control_request_answer(request, result);
		return;
	}
	lease = commands_lease(request, sizeof *change, change_answer, &commands->rule_changes);
	if (!lease) {
		json_decref(result);
		return;
	}
	change = CONTAINER_OF(lease, struct change, lease);
	change->revision = commands->rules_revision;
	change->result = result;
}

static void follower_left(struct control_lease *lease)
{
	struct follower *follower = CONTAINER_OF(lease, struct follower, lease);
	struct commands *commands = follower->commands;

	if (lease->request)
		control_request_refuse(lease->request, -ESHUTDOWN, "the volume is being unmounted");
	free(follower);
	settle(commands);
}

static struct follower *follower_find(
	const struct commands *commands, const struct control_connection *connection)
{
	list_for_each (link, &commands->rule_followers)
		if (follower_of(link)->lease.connection == connection)
			return follower_of(link);
	return NULL;
}

/* Registers a follower.  Returns NULL if REQUEST was answered. */
static struct follower *follower_begin(struct commands *commands, struct control_request *request)
{
	struct control_lease *lease = commands_lease(
		request, sizeof(struct follower), follower_left, &commands->rule_followers);

	if (!lease)
		return NULL;
	lease->request = NULL;

	struct follower *follower = CONTAINER_OF(lease, struct follower, lease);

	follower->commands = commands;
	return follower;
}

/* If the argument is missing or not a number >= 0, answers REQUEST and returns false. */
static bool read_number(struct control_request *request, const char *name, uint64_t *ret)
{
	const json_t *value = json_object_get(request->arguments, name);

	if (!json_is_integer(value) || json_integer_value(value) < 0) {
		control_request_refuse(request, -EINVAL,
			"argument '%s' of '%s' must be a number from 0", name,
			request->command->name);
		return false;
	}
	*ret = (uint64_t)json_integer_value(value);
	return true;
}

void commands_run_fault_follow(struct control_request *request, void *context)
{
	struct commands *commands = context;
	struct follower *follower = follower_find(commands, request->connection);
	struct volume *volume;
	uint64_t revision;

	if (!commands_volume(commands, request, &volume) ||
		!read_number(request, "revision", &revision))
		return;
	if (follower && follower->lease.request) {
		control_request_refuse(request, -EBUSY, "the rules are followed already");
		return;
	}
	if (!follower)
		follower = follower_begin(commands, request);
	if (!follower)
		return;
	follower->revision = revision;
	if (revision == commands->rules_revision)
		follower->lease.request = request;
	else
		answer_rules(commands, request);
	settle(commands);
}

void commands_end_rules(struct commands *commands)
{
	control_leases_let_go(&commands->rule_followers, true, NULL);
	MUST(list_empty(&commands->rule_changes));
}

/* ---- strikes elsewhere ---- */

void commands_run_fault_struck(struct control_request *request, void *context)
{
	struct fault_strike strike = { .snapshot = NULL };
	const json_t *range = json_object_get(request->arguments, "offset");
	struct volume *volume;

	if (!commands_volume(context, request, &volume) ||
		!read_number(request, "fault", &strike.id) ||
		!commands_text(request, "rule", &strike.rule) ||
		!read_number(request, "hit", &strike.hit) ||
		!commands_optional_text(request, "snapshot", &strike.snapshot) ||
		(range && (!read_number(request, "offset", &strike.offset) ||
				  !read_number(request, "length", &strike.length))))
		return;
	if (strike.snapshot && strlen(strike.snapshot) > SNAPSHOT_NAME_MAX)
		control_request_refuse(request, -ENAMETOOLONG,
			"the name of a snapshot has at most %d bytes", SNAPSHOT_NAME_MAX);
	else if (volume_fault_struck(volume, &strike) < 0)
		control_request_refuse(request, -EINVAL, "'%s' is not a rule", strike.rule);
	else
		control_request_answer(request, NULL);
}
