/* SPDX-License-Identifier: Apache-2.0 */
/* expect_journal.c - whether the rig's journal contains an event, and how often. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "faults/rule.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

struct counting {
	const struct event_wish *wish;
	const struct record *repeats; /* or NULL */
	uint64_t count;
	bool is_incomplete; /* the journal had no room for all events */
};

/* NULL: any text. */
static bool text_fits(const json_t *event, const char *key, const char *wish)
{
	const char *text = json_string_value(json_object_get(event, key));

	return !wish || (text && strcmp(text, wish) == 0);
}

static bool is_called(const char *rule_text, const char *name)
{
	char message[RULE_MESSAGE_BYTES];
	struct fault_rule rule;

	return rule_parse(rule_text, &rule, message) == 0 && strcmp(rule.name, name) == 0;
}

/* A repeated hit belongs to a rule without a name: returns whether TEXT is one of the rule NAME. */
static bool is_hit_of(const struct record *record, const char *text, const char *name)
{
	bool is_one = false;

	for (size_t i = 0; i < record->hit_count && !is_one; i++) {
		const struct record_hit *hit = &record->hits[i];
		AUTO(auto_free) char *exact = record_hit_rule(record, hit);

		is_one = strcmp(exact, text) == 0 && is_called(record->rules[hit->rule].text, name);
	}
	return is_one;
}

static bool rule_fits(const struct counting *counting, const json_t *event)
{
	const char *text = json_string_value(json_object_get(event, "rule"));
	const char *name = counting->wish->rule;

	if (!name || !text)
		return !name;
	return counting->repeats ? is_hit_of(counting->repeats, text, name) : is_called(text, name);
}

static void event_count(void *context, const json_t *event)
{
	struct counting *counting = context;
	const struct event_wish *wish = counting->wish;

	if (text_fits(event, "event", "journal.dropped"))
		counting->is_incomplete = true;
	if (text_fits(event, "event", wish->event) && text_fits(event, "point", wish->point) &&
		text_fits(event, "snapshot", wish->snapshot) &&
		text_fits(event, "writer", wish->writer) && rule_fits(counting, event))
		counting->count++;
}

enum outcome check_journal(struct run *run, const struct expectation *wish, struct reason *reason)
{
	const struct event_wish *event = &wish->journal;
	struct counting counting = { .wish = event, .repeats = run->options->repeats };
	json_int_t from = 0;

	if (!event->event)
		return OUTCOME_PASSED;
	if (journal_walk(run, &from, event_count, &counting, reason) < 0)
		return OUTCOME_ERROR;
	if (counting.is_incomplete && strcmp(event->event, "journal.dropped") != 0) {
		reason_set(reason, "the journal was full");
		return OUTCOME_INCONCLUSIVE;
	}
	if (relation_holds(event->relation, (double)counting.count, (double)event->times))
		return OUTCOME_PASSED;

	AUTO(auto_free) char *times = heap_format("%" PRIu64, event->times);
	AUTO(auto_free) char *wished = relation_wish(event->relation, times);

	reason_set(reason, "event '%s' is %" PRIu64 " times in the journal, expected %s",
		event->event, counting.count, wished);
	return OUTCOME_FAILED;
}
