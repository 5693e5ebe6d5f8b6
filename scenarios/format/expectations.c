/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/expectations.h"

#include <stddef.h>

#include "scenarios/format/names.h"
#include "scenarios/format/parse.h"
#include "scenarios/format/step_values.h"
#include "scenarios/format/wishes.h"
#include "simfs/base/yaml/values.h"

#define WISH(member)   .offset = offsetof(struct expectation, member)
#define CHOICES(words) .choices = (words), .choice_count = sizeof(words) / sizeof(words)[0]

static const char *const verdict_words[] = {
	[VERDICT_NONE] = NULL,
	[VERDICT_INTACT] = "intact",
	[VERDICT_RECOVERED] = "recovered",
	[VERDICT_LEAKED] = "leaked",
	[VERDICT_DETECTED] = "detected",
	[VERDICT_MISREPORTED] = "misreported",
	[VERDICT_SILENT_CORRUPTION] = "silent-corruption",
	[VERDICT_RETRIED_NON_RETRYABLE] = "retried-non-retryable",
	[VERDICT_HUNG] = "hung",
	[VERDICT_INCONCLUSIVE] = "inconclusive",
};

const char *verdict_name(enum verdict verdict)
{
	return verdict == VERDICT_NONE ? "none" : verdict_words[verdict];
}

static const char *const state_words[] = { "active", "failed", "invalid", "stale", "dormant",
	"gone" };
static const char *const live_words[] = { "intact" };
static const char *const leaks_words[] = { "none" };

static const struct field expect_fields[] = {
	{ "verdict", read_choice, WISH(verdict), CHOICES(verdict_words) },
	{ "exit", read_exit, .offset = 0 },
	{ "says", read_text, WISH(says) },
	{ "snapshot", read_snapshot, WISH(snapshot) },
	{ "state", read_word, WISH(state), CHOICES(state_words) },
	{ "error", read_error, WISH(error) },
	{ "kernel-log", read_text, WISH(kernel_log) },
	{ "gauge", read_gauge_wish, WISH(gauge) },
	{ "counter", read_counter_wish, WISH(counter) },
	{ "elapsed", read_elapsed_wish, WISH(elapsed) },
	{ "journal", read_journal_wish, WISH(journal), .table = &journal_table },
	{ "live", read_wish, WISH(live_intact), CHOICES(live_words) },
	{ "content", read_past_snapshot, WISH(content) },
	{ "leaks", read_wish, WISH(no_leaks), CHOICES(leaks_words) },
};
const struct field_table expect_table = FIELD_TABLE("expect", expect_fields);

void expectation_check(
	struct reading *reading, const struct tree_node *node, const struct expectation *wish)
{
	const struct names *names = scenario_reading(reading)->names;
	bool of_snapshot = wish->state || wish->error;
	bool of_backup = wish->verdict != VERDICT_NONE || wish->exit_wish != EXIT_WISH_ANY ||
			 wish->says || wish->content;

	if (node->kind == TREE_MAP && node->entry_count == 0)
		mistakes_add(reading->mistakes, node->place, "expect expects nothing");
	if (of_snapshot && !tree_find(node, "snapshot"))
		mistakes_add(reading->mistakes, node->place,
			"missing key 'snapshot' in expect (whose '%s'?)",
			wish->state ? "state" : "error");
	if (wish->snapshot && !tree_find(node, "state") && !tree_find(node, "error") &&
		!tree_find(node, "kernel-log"))
		mistakes_add(reading->mistakes, node->place,
			"missing key 'state', 'error' or 'kernel-log' for snapshot '%s'",
			wish->snapshot);
	if (of_backup && names->backups.count == 0 && !names->incomplete)
		mistakes_add(
			reading->mistakes, node->place, "no backup is made before this expect");
}

void read_expectation(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct step *step = target;

	step->kind = STEP_EXPECT;
	step->place = node->place;
	(void)field;
	fields_read(reading, &expect_table, node, &step->expectation);
	expectation_check(reading, node, &step->expectation);
}
