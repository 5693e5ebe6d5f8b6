/* SPDX-License-Identifier: Apache-2.0 */
/* fault.c - decides about each hit. */
#include "faults/fault_internal.h"

#include <errno.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "simfs/base/plain_path.h"
#include "simfs/base/star_pattern.h"

/*
 * A check of a file is valid for this long, and for this many times as long as it took: it may wait
 * for a disk, and everything else waits with it.
 */
#define FILE_LOOK_NS	   (1 * NS_PER_MS)
#define FILE_LOOK_REST_MIN 8

static bool offset_matches(const struct fault_rule *rule, const struct fault_context *context)
{
	return !rule->has_offset || (context->offset < rule->offset_end &&
					    context->offset + context->length > rule->offset_first);
}

/* A bit for each gauge that is up to date in this hit. */
_Static_assert(GAUGE_COUNT <= 32, "a bit for each gauge");

static bool gauge_matches(
	const struct fault_plane *plane, const struct fault_rule *rule, uint32_t *measured)
{
	uint64_t value;

	if (!rule->has_when)
		return true;
	if (!(*measured & 1u << rule->gauge) && !plane->gauges->is_feigned[rule->gauge])
		plane->measure(plane->context, rule->gauge);
	*measured |= 1u << rule->gauge;
	value = gauge_value(plane->gauges, rule->gauge);
	switch (rule->relation) {
	case RULE_AT_LEAST:
		return value >= rule->gauge_value;
	case RULE_AT_MOST:
		return value <= rule->gauge_value;
	case RULE_ABOVE:
		return value > rule->gauge_value;
	case RULE_BELOW:
		return value < rule->gauge_value;
	case RULE_EQUAL:
		return value == rule->gauge_value;
	}
	return false;
}

static bool time_matches(const struct armed_rule *armed)
{
	const struct fault_rule *rule = &armed->rule;
	uint64_t age_ns;

	if (!rule->has_from && !rule->has_for)
		return true;
	age_ns = clock_now_ns() - armed->armed_ns;
	if (age_ns < rule->from_ns)
		return false;
	return !rule->has_for || age_ns - rule->from_ns < rule->for_ns;
}

/* A transfer that is not longer than the part that remains would be complete. */
static bool length_matches(const struct fault_rule *rule, const struct fault_context *context)
{
	bool cuts = rule->action == FAULT_SHORT || rule->action == FAULT_TEAR;

	return !cuts || context->length > rule->value;
}

/* A reply that replaces the whole answer comes too late once a part is requested. */
static bool reply_matches(const struct fault_rule *rule, const struct fault_context *context)
{
	return rule->action != FAULT_REPLY || context->length == 0 ||
	       !xapi_reply_at(rule->value)->is_of_head;
}

/* '_' in a rule also matches a blank, which values cannot contain. */
static bool writer_matches(const char *wanted, const char *name)
{
	for (; *wanted && *name; wanted++, name++) {
		if (*wanted != *name && !(*wanted == '_' && *name == ' '))
			return false;
	}
	return *wanted == *name;
}

static bool file_matches(struct armed_rule *armed)
{
	uint64_t now_ns, took_ns;

	if (!armed->rule.file[0])
		return true;
	now_ns = clock_now_ns();
	if (now_ns >= armed->look_ns) {
		armed->file_is_there = plain_path_look(armed->rule.file) == 0;
		took_ns = clock_now_ns() - now_ns;
		armed->look_ns = now_ns + took_ns;
		armed->look_ns += took_ns > FILE_LOOK_NS / FILE_LOOK_REST_MIN
					  ? took_ns * FILE_LOOK_REST_MIN
					  : FILE_LOOK_NS;
	}
	return armed->file_is_there;
}

/* Whether WANTED of a rule ("" for any) matches NAME, which may be NULL. */
static bool is_wanted(const char *wanted, const char *name)
{
	return !wanted[0] || (name && star_pattern_matches(wanted, name));
}

/* An asynchronous call also matches the plain method. */
static bool method_matches(const char *wanted, const char *method)
{
	static const char async[] = "Async.";

	if (is_wanted(wanted, method))
		return true;
	return method && strncmp(method, async, sizeof async - 1) == 0 &&
	       strcmp(wanted, method + sizeof async - 1) == 0;
}

/* Filters on the fields at the end of a rule: names, phase and time. */
static bool names_match(const struct fault_plane *plane, const struct armed_rule *armed,
	const struct fault_context *context)
{
	const struct fault_rule *rule = &armed->rule;

	if (!is_wanted(rule->snapshot, context->snapshot) ||
		!is_wanted(rule->device, context->device) ||
		!is_wanted(rule->ioctl, context->ioctl) ||
		!method_matches(rule->method, context->method))
		return false;
	if (rule->writer[0] && (!context->writer || !writer_matches(rule->writer, context->writer)))
		return false;
	if (rule->phase[0] && strcmp(rule->phase, plane->phase) != 0)
		return false;
	return time_matches(armed);
}

/* The cheap filters come first. */
static bool rule_matches(const struct fault_plane *plane, struct armed_rule *armed,
	const struct fault_context *context, uint32_t *measured)
{
	const struct fault_rule *rule = &armed->rule;

	if (!offset_matches(rule, context) || !length_matches(rule, context) ||
		!reply_matches(rule, context))
		return false;
	if (!armed->looks_further)
		return gauge_matches(plane, rule, measured);
	return names_match(plane, armed, context) && gauge_matches(plane, rule, measured) &&
	       file_matches(armed);
}

/* Whether match NUMBER, counted from 1, is due. */
static bool rule_is_due(
	const struct fault_plane *plane, const struct armed_rule *armed, uint64_t number)
{
	const struct fault_rule *rule = &armed->rule;

	if (!armed_may_fire(armed) || number <= rule->after ||
		(number - rule->after) % rule->every != 0)
		return false;
	return rule->chance == 1000000 ||
	       mix_below(plane->seed ^ armed->key, number, 1000000) < rule->chance;
}

int fault_struck(struct fault_plane *plane, const struct fault_strike *strike)
{
	char message[RULE_MESSAGE_BYTES];
	struct fault_rule rule;

	if (rule_parse(strike->rule, &rule, message) < 0)
		return -EINVAL;

	const struct journal_fired fired = {
		.point = rule.point,
		.action = rule.action,
		.rule_id = strike->id,
		.hit = strike->hit,
		.rule = strike->rule,
		.snapshot = strike->snapshot,
		.offset = strike->offset,
		.length = strike->length,
	};

	list_for_each (at, &plane->rules) {
		struct armed_rule *armed = CONTAINER_OF(at, struct armed_rule, link);

		if (armed->id == strike->id)
			armed->elsewhere++;
	}
	journal_add_fired(plane->journal, plane->gauges->measured[GAUGE_OPS], &fired);
	return 0;
}

static void fire(const struct fault_plane *plane, struct armed_rule *armed,
	const struct fault_context *context)
{
	struct journal_fired fired = {
		.point = armed->rule.point,
		.action = armed->rule.action,
		.rule_id = armed->id,
		.hit = armed->matched,
		.rule = armed->text,
		.snapshot = context->snapshot,
		.writer = context->writer,
		.device = context->device,
		.ioctl = context->ioctl,
		.method = context->method,
		.offset = context->offset,
		.length = context->length,
	};

	armed->fired++;
	journal_add_fired(plane->journal, plane->gauges->measured[GAUGE_OPS], &fired);
}

uint64_t fault_reach(const struct fault_plane *plane, enum fault_point point,
	const struct fault_context *context)
{
	uint64_t end = context->offset + context->length;
	struct armed_rule *first_bad = NULL;
	uint32_t measured = 0;

	if (context->is_whole || end <= plane->sectors_from[point])
		return context->length;
	list_for_each (at, &plane->at[point]) {
		struct armed_rule *armed = CONTAINER_OF(at, struct armed_rule, point_link);
		uint64_t first = armed->rule.offset_first;

		/* The next match belongs to a read that begins there, not to one that ends before
		 * it. */
		if (armed->is_bad_sectors && first > context->offset && first < end &&
			rule_matches(plane, armed, context, &measured) &&
			rule_is_due(plane, armed, armed->matched + 1)) {
			first_bad = armed;
			end = first;
		}
	}
	if (first_bad)
		first_bad->cut++;
	return end - context->offset;
}

bool fault_decide(struct fault_plane *plane, enum fault_point point,
	const struct fault_context *context, struct fault_decision *ret)
{
	struct armed_rule *first = NULL;
	uint32_t measured = 0;

	list_for_each (at, &plane->at[point]) {
		struct armed_rule *armed = CONTAINER_OF(at, struct armed_rule, point_link);

		armed->seen++;
		if (!rule_matches(plane, armed, context, &measured))
			continue;
		armed->matched++;
		if (!first && rule_is_due(plane, armed, armed->matched))
			first = armed;
	}
	if (!first)
		return false;
	fire(plane, first, context);
	*ret = (struct fault_decision){
		.action = first->rule.action,
		.error = first->rule.error,
		.value = first->rule.value,
		.luck = mix64(plane->seed ^ mix64(first->deed_key ^ first->matched)),
		.rule_id = first->id,
		.first = first->rule.has_offset ? first->rule.offset_first : 0,
		.end = first->rule.has_offset ? first->rule.offset_end : UINT64_MAX,
	};
	return true;
}

uint64_t fault_flip_bit(const struct fault_decision *decision, uint64_t index, uint64_t bits)
{
	/* One in each of `value` parts of equal size. */
	uint64_t first = (uint64_t)((unsigned __int128)bits * index / decision->value);
	uint64_t end = (uint64_t)((unsigned __int128)bits * (index + 1) / decision->value);

	return end > first ? first + mix_below(decision->luck, index, end - first) : first;
}
