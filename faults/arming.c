/* SPDX-License-Identifier: Apache-2.0 */
/* arming.c - adds, removes and lists the rules of a plane. */
#include "faults/fault_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"

static struct armed_rule *rule_of(struct list *link)
{
	return CONTAINER_OF(link, struct armed_rule, link);
}

static void journal_rule(
	const struct fault_plane *plane, enum journal_event event, const struct armed_rule *armed)
{
	journal_add(plane->journal, plane->gauges->measured[GAUGE_OPS], event,
		json_pack("{s:I, s:s}", "id", (json_int_t)armed->id, "rule", armed->text));
}

/* Finds the first bad sector of POINT. */
static void sectors_look(struct fault_plane *plane, enum fault_point point)
{
	uint64_t first = UINT64_MAX;

	list_for_each (at, &plane->at[point]) {
		const struct armed_rule *armed = CONTAINER_OF(at, struct armed_rule, point_link);

		if (armed->is_bad_sectors && armed->rule.offset_first < first)
			first = armed->rule.offset_first;
	}
	plane->sectors_from[point] = first;
}

static void rule_drop(struct fault_plane *plane, struct armed_rule *armed)
{
	list_remove(&armed->link);
	list_remove(&armed->point_link);
	plane->rules_at[armed->rule.point]--;
	sectors_look(plane, armed->rule.point);
	plane->rule_count--;
	free(armed);
}

static struct armed_rule *rule_named(const struct fault_plane *plane, const char *name)
{
	list_for_each (at, &plane->rules) {
		if (strcmp(rule_of(at)->rule.name, name) == 0)
			return rule_of(at);
	}
	return NULL;
}

static struct armed_rule *rule_numbered(const struct fault_plane *plane, const char *number)
{
	char text[24];

	list_for_each (at, &plane->rules) {
		snprintf(text, sizeof text, "%" PRIu64, rule_of(at)->id);
		if (strcmp(text, number) == 0)
			return rule_of(at);
	}
	return NULL;
}

static uint64_t key_of(const char *text)
{
	uint64_t key = 0;

	for (; *text; text++)
		key = mix64(key ^ (unsigned char)*text);
	return key;
}

/*
 * The key of RULE without what decides when, so that a rule that replays single hits has the same.
 */
static uint64_t deed_key_of(const struct fault_rule *rule)
{
	struct fault_rule deed = *rule;
	char text[RULE_TEXT_MAX + 1];

	deed.after = 0;
	deed.every = 1;
	deed.times = 0;
	deed.chance = 1000000;
	deed.name[0] = '\0';
	return key_of(rule_format(&deed, text, sizeof text));
}

void fault_plane_init(struct fault_plane *plane)
{
	memset(plane->rules_at, 0, sizeof plane->rules_at);
	list_init(&plane->rules);
	for (size_t point = 0; point < FAULT_POINTS; point++) {
		list_init(&plane->at[point]);
		plane->sectors_from[point] = UINT64_MAX;
	}
	plane->rule_count = 0;
	plane->next_id = 1;
	plane->phase[0] = '\0';
}

void fault_plane_deinit(struct fault_plane *plane)
{
	while (!list_empty(&plane->rules))
		rule_drop(plane, rule_of(plane->rules.next));
}

/* Links ARMED into its point's list, in the same order as in the list of all rules. */
static void point_enter(struct fault_plane *plane, struct armed_rule *armed)
{
	struct list *before = &plane->at[armed->rule.point];
	struct list *at = armed->link.next;

	while (at != &plane->rules && rule_of(at)->rule.point != armed->rule.point)
		at = at->next;
	list_append(at == &plane->rules ? before : &rule_of(at)->point_link, &armed->point_link);
	plane->rules_at[armed->rule.point]++;
	sectors_look(plane, armed->rule.point);
}

/* A disk that cannot read a byte cannot read its sector. */
static void widen(struct fault_rule *rule)
{
	uint64_t past = rule->offset_end % RULE_SECTOR_BYTES;

	rule->offset_first -= rule->offset_first % RULE_SECTOR_BYTES;
	if (past == 0)
		return;
	rule->offset_end -= past;
	rule->offset_end = rule->offset_end > UINT64_MAX - RULE_SECTOR_BYTES
				   ? UINT64_MAX
				   : rule->offset_end + RULE_SECTOR_BYTES;
}

int fault_add(struct fault_plane *plane, const char *text, uint64_t *ret_id, char *message)
{
	struct fault_rule rule;
	char written[RULE_TEXT_MAX + 1];
	int error = rule_parse(text, &rule, message);
	struct armed_rule *same = error == 0 && rule.name[0] ? rule_named(plane, rule.name) : NULL;
	struct armed_rule *armed;

	if (error < 0)
		return error;
	rule_format(&rule, written, sizeof written);
	if (same && strcmp(same->text, written) == 0) {
		*ret_id = same->id;
		return 0;
	}
	if (!same && plane->rule_count == FAULT_RULES_MAX) {
		snprintf(
			message, RULE_MESSAGE_BYTES, "there are already %u rules", FAULT_RULES_MAX);
		return -ENOSPC;
	}
	armed = calloc(1, sizeof *armed);
	if (!armed) {
		snprintf(message, RULE_MESSAGE_BYTES, "out of memory");
		return -ENOMEM;
	}
	armed->rule = rule;
	armed->is_bad_sectors = rule_is_bad_sectors(&rule);
	if (armed->is_bad_sectors)
		widen(&armed->rule);
	armed->looks_further = rule.snapshot[0] || rule.writer[0] || rule.device[0] ||
			       rule.ioctl[0] || rule.method[0] || rule.phase[0] || rule.file[0] ||
			       rule.has_from || rule.has_for;
	armed->id = plane->next_id++;
	armed->armed_ns = clock_now_ns();
	memcpy(armed->text, written, sizeof written);
	armed->key = key_of(written);
	armed->deed_key = deed_key_of(&rule);
	/* In place of the one that it replaces: the first that fires wins. */
	list_append(same ? &same->link : &plane->rules, &armed->link);
	point_enter(plane, armed);
	plane->rule_count++;
	if (same)
		rule_drop(plane, same);
	journal_rule(plane, EVENT_FAULT_ADDED, armed);
	*ret_id = armed->id;
	return 0;
}

int fault_remove(struct fault_plane *plane, const char *name_or_id)
{
	struct armed_rule *armed = name_or_id[0] ? rule_named(plane, name_or_id) : NULL;

	if (!armed)
		armed = rule_numbered(plane, name_or_id);
	if (!armed)
		return -ENOENT;
	journal_rule(plane, EVENT_FAULT_REMOVED, armed);
	rule_drop(plane, armed);
	return 0;
}

unsigned fault_clear(struct fault_plane *plane)
{
	unsigned count = plane->rule_count;

	while (!list_empty(&plane->rules)) {
		journal_rule(plane, EVENT_FAULT_REMOVED, rule_of(plane->rules.next));
		rule_drop(plane, rule_of(plane->rules.next));
	}
	return count;
}

bool fault_is_there(const struct fault_plane *plane, uint64_t id)
{
	list_for_each (at, &plane->rules) {
		if (rule_of(at)->id == id)
			return true;
	}
	return false;
}

int fault_phase_set(struct fault_plane *plane, const char *phase)
{
	if (strlen(phase) >= sizeof plane->phase)
		return -EINVAL;
	snprintf(plane->phase, sizeof plane->phase, "%s", phase);
	journal_add(plane->journal, plane->gauges->measured[GAUGE_OPS], EVENT_PHASE,
		json_pack("{s:s}", "phase", phase));
	return 0;
}

json_t *fault_list(const struct fault_plane *plane)
{
	json_t *array = json_array();

	list_for_each (at, &plane->rules) {
		const struct armed_rule *armed = rule_of(at);
		const struct fault_rule *rule = &armed->rule;

		json_array_append_new(array,
			json_pack("{s:I, s:s?, s:s, s:s, s:s, s:b, s:b, s:I, s:I, s:I, s:I}", "id",
				(json_int_t)armed->id, "name", rule->name[0] ? rule->name : NULL,
				"rule", armed->text, "point", fault_point_at(rule->point)->name,
				"action", action_at(rule->action)->name, "replayable",
				(int)rule_is_replayable(rule), "armed", (int)armed_may_fire(armed),
				"seen", (json_int_t)armed->seen + (json_int_t)armed->elsewhere,
				"matched",
				(json_int_t)armed->matched + (json_int_t)armed->elsewhere, "fired",
				(json_int_t)armed->fired + (json_int_t)armed->elsewhere, "cut",
				(json_int_t)armed->cut));
	}
	return array;
}
