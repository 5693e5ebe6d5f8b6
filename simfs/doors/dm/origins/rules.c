/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/origins/rules.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/origins/backing.h"

/*
 * A rule of the user's, and its number here.  It stays after its removal: strikes from before may
 * still be reported.
 */
struct pair {
	json_int_t theirs, ours;
	char *rule;
	bool is_removed;
};

struct rules {
	/* Each is used by one thread only: a follower is known by its connection. */
	struct backing *followed; /* the thread's; NULL when it has ended */
	struct backing *told;	  /* for rules_struck() */
	struct backing *rig;

	json_int_t revision, releases;
	char *phase;

	/* Held while the rig gets a rule, so that rules_struck() knows it. */
	pthread_mutex_t lock;
	struct pair *pairs;
	size_t count;

	atomic_bool ending;
	pthread_t thread;
	bool is_running;
};

/* ---- the rules in our rig ---- */

static struct pair *find(const struct rules *rules, json_int_t theirs)
{
	for (size_t i = 0; i < rules->count; i++)
		if (rules->pairs[i].theirs == theirs)
			return &rules->pairs[i];
	return NULL;
}

static int add(
	struct rules *rules, json_int_t theirs, const char *rule, const struct patience *patience)
{
	struct pair *pairs = realloc(rules->pairs, (rules->count + 1) * sizeof *pairs);
	AUTO(auto_free) char *copy = strdup(rule);
	json_t *answer = NULL;
	int error;

	if (pairs)
		rules->pairs = pairs;
	if (!pairs || !copy)
		return -ENOMEM;
	error = backing_call(
		rules->rig, "fault.add", json_pack("{s:s}", "rule", rule), patience, &answer);
	if (error == 0)
		rules->pairs[rules->count++] = (struct pair){
			.theirs = theirs,
			.ours = json_integer_value(json_object_get(answer, "id")),
			.rule = TAKE_PTR(copy),
		};
	json_decref(answer);
	return error;
}

/* Additions first: a rule that replaces another of its name takes its place. */
static int add_new(struct rules *rules, const json_t *list, const struct patience *patience)
{
	json_t *row;
	size_t i;
	int error = 0;

	json_array_foreach(list, i, row)
	{
		json_int_t id = json_integer_value(json_object_get(row, "id"));
		const char *rule = json_string_value(json_object_get(row, "rule"));

		if (rule && !find(rules, id))
			error = add(rules, id, rule, patience);
		if (error == -ENOTCONN || error == -EINTR)
			return error;
	}
	return 0;
}

static bool is_listed(const json_t *list, json_int_t id)
{
	json_t *row;
	size_t i;

	json_array_foreach(
		list, i, row) if (json_integer_value(json_object_get(row, "id")) == id) return true;
	return false;
}

static void remove_old(struct rules *rules, const json_t *list, const struct patience *patience)
{
	char number[24];

	for (size_t i = 0; i < rules->count; i++) {
		struct pair *pair = &rules->pairs[i];

		if (pair->is_removed || is_listed(list, pair->theirs))
			continue;
		snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, pair->ours);
		(void)backing_call(rules->rig, "fault.remove", json_pack("{s:s}", "fault", number),
			patience, NULL);
		pair->is_removed = true;
	}
}

static void set_phase(struct rules *rules, const char *phase, const struct patience *patience)
{
	if (!phase || (rules->phase ? strcmp(phase, rules->phase) == 0 : phase[0] == '\0'))
		return;
	(void)backing_call(
		rules->rig, "phase.set", json_pack("{s:s}", "phase", phase), patience, NULL);
	free(rules->phase);
	rules->phase = strdup(phase);
}

/* ---- following ---- */

/*
 * One question: applies the answer to the rig, which the next question confirms.  Returns 0, or
 * -errno: no more will come.
 */
static int follow_once(struct rules *rules)
{
	const struct patience patience = { .stopping = &rules->ending };
	json_t *answer = NULL;
	int error = backing_call(rules->followed, "fault.follow",
		json_pack("{s:I}", "revision", rules->revision), &patience, &answer);

	if (error < 0)
		return error;

	const json_t *list = json_object_get(answer, "rules");
	json_int_t releases = json_integer_value(json_object_get(answer, "releases"));

	pthread_mutex_lock(&rules->lock);
	set_phase(rules, json_string_value(json_object_get(answer, "phase")), &patience);
	error = add_new(rules, list, &patience);
	remove_old(rules, list, &patience);
	pthread_mutex_unlock(&rules->lock);
	if (releases != rules->releases)
		(void)backing_call(rules->rig, "fault.release", NULL, &patience, NULL);
	rules->releases = releases;
	rules->revision = json_integer_value(json_object_get(answer, "revision"));
	json_decref(answer);
	return error;
}

static void *follow(void *argument)
{
	struct rules *rules = argument;

	while (follow_once(rules) == 0)
		;
	/* Hangs up: the user's rig does not wait for a follower that has stopped. */
	backing_end(TAKE_PTR(rules->followed));
	return NULL;
}

int rules_follow(const char *mount_point, struct backing *rig, struct rules **ret)
{
	struct rules *rules = calloc(1, sizeof *rules);
	int error;

	if (!rules)
		return -ENOMEM;
	rules->rig = rig;
	pthread_mutex_init(&rules->lock, NULL);
	error = backing_join(mount_point, &rules->followed);
	if (error == 0)
		error = backing_join(mount_point, &rules->told);
	if (error == 0)
		error = follow_once(rules);
	if (error == 0)
		error = -pthread_create(&rules->thread, NULL, follow, rules);
	rules->is_running = error == 0;
	if (error < 0)
		rules_end(rules);
	else
		*ret = rules;
	return error;
}

void rules_end(struct rules *rules)
{
	if (!rules)
		return;
	atomic_store(&rules->ending, true);
	if (rules->is_running)
		pthread_join(rules->thread, NULL);
	backing_end(rules->followed);
	backing_end(rules->told);
	for (size_t i = 0; i < rules->count; i++)
		free(rules->pairs[i].rule);
	free(rules->pairs);
	free(rules->phase);
	pthread_mutex_destroy(&rules->lock);
	free(rules);
}

/* ---- reporting ---- */

void rules_struck(struct rules *rules, const json_t *event)
{
	static const char *const kept[] = { "hit", "snapshot", "offset", "length" };
	const struct patience patience = { .stopping = &rules->ending };
	json_int_t ours = json_integer_value(json_object_get(event, "id"));
	json_t *arguments = NULL;

	pthread_mutex_lock(&rules->lock);
	for (size_t i = 0; i < rules->count; i++)
		if (rules->pairs[i].ours == ours)
			arguments = json_pack("{s:I, s:s}", "fault", rules->pairs[i].theirs, "rule",
				rules->pairs[i].rule);
	pthread_mutex_unlock(&rules->lock);
	if (!arguments)
		return;
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (json_object_get(event, kept[i]))
			json_object_set(arguments, kept[i], json_object_get(event, kept[i]));
	(void)backing_call(rules->told, "fault.struck", arguments, &patience, NULL);
}
