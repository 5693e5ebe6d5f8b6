/* SPDX-License-Identifier: Apache-2.0 */
/* words_rule.c - completes a rule: point, action, triggers, and their values. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "faults/action.h"
#include "faults/gauge.h"
#include "faults/point.h"
#include "faults/rule.h"
#include "simfs/base/dm_ioctls.h"
#include "simfs/base/log.h"
#include "simfs/base/xapi_replies.h"
#include "simfs/cli/words.h"

/* The most common errors of disks, stores and rigs; others can be typed. */
static const int usual_errors[] = { EIO, ENOSPC, EROFS, ENODEV, ENOMEM, EFBIG, ETIMEDOUT };

/* Example values of actions. */
static const char *const examples[] = {
	[ACTION_TIME] = "20ms",
	[ACTION_BYTES] = "4KiB",
	[ACTION_COUNT] = "1",
};

/* ---- what is typed already ---- */

static bool is_action(const char *word)
{
	size_t length = strcspn(word, "=");

	for (size_t at = FAULT_NO_ACTION + 1; at < FAULT_ACTIONS; at++) {
		if (strlen(action_at(at)->name) == length &&
			strncmp(action_at(at)->name, word, length) == 0)
			return true;
	}
	return false;
}

/* A rule, as far as it is typed. */
struct typed_rule {
	enum fault_point point; /* FAULT_POINTS: none yet, or unknown */
	bool has_word, has_action;
};

static void read_word(struct typed_rule *rule, const char *word)
{
	if (!rule->has_word && fault_point_find(word, &rule->point) < 0)
		rule->point = FAULT_POINTS;
	rule->has_word = true;
	rule->has_action = rule->has_action || is_action(word);
}

static struct typed_rule read_rule(const struct words *words)
{
	struct typed_rule rule = { .point = FAULT_POINTS };
	char head[512];

	for (size_t at = 0; at < words->before_count; at++)
		read_word(&rule, words->before[at]);
	snprintf(head, sizeof head, "%.*s", words->head_length, words->typed);

	char *rest, *word = strtok_r(head, " ", &rest);

	for (; word; word = strtok_r(NULL, " ", &rest))
		read_word(&rule, word);
	return rule;
}

/* ---- what could follow ---- */

static void offer_points(const struct words *words)
{
	for (size_t at = 0; at < FAULT_POINTS; at++)
		words_offer(words, fault_point_at(at)->name, "", fault_point_at(at)->about);
}

static void offer_actions(const struct words *words, enum fault_point point)
{
	for (size_t at = FAULT_NO_ACTION + 1; at < FAULT_ACTIONS; at++) {
		const struct action_row *row = action_at(at);

		if (!action_refusal((enum fault_action)at, point))
			words_offer(words, row->name, row->value == ACTION_ALONE ? "" : "=",
				row->about);
	}
}

static void offer_triggers(const struct words *words, const struct point_row *point)
{
	const struct rule_trigger *trigger;

	for (size_t at = 0; (trigger = rule_trigger_at(at)); at++) {
		if ((point->traits & trigger->trait) == trigger->trait)
			words_offer(
				words, trigger->name, trigger->example ? "=" : "", trigger->about);
	}
}

/* ---- values, after the = ---- */

static void offer_errors(const struct words *words)
{
	for (size_t at = 0; at < sizeof usual_errors / sizeof usual_errors[0]; at++) {
		char word[64];

		snprintf(word, sizeof word, "error=%s", error_name(-usual_errors[at]));
		words_offer(words, word, "", error_text(-usual_errors[at]));
	}
}

static void offer_replies(const struct words *words, const char *point)
{
	for (size_t at = 0; at < XAPI_REPLIES; at++) {
		const struct xapi_reply_row *row = xapi_reply_at(at);
		char word[64];

		snprintf(word, sizeof word, "reply=%s", row->word);
		if (strcmp(row->point, point) == 0)
			words_offer(words, word, "", row->about);
	}
}

/* Also offers an example value after the gauge that is already typed. */
static void offer_gauges(const struct words *words, const char *typed)
{
	static const char *const values[] = { [GAUGE_SHARE] = "50%",
		[GAUGE_BYTES] = "64MiB",
		[GAUGE_NUMBER] = "10",
		[GAUGE_TIME] = "10s" };
	const struct gauge_row *row;
	char word[64];

	for (size_t at = 0; (row = gauge_at(at)); at++) {
		snprintf(word, sizeof word, "when=%s>=", row->name);
		words_offer(words, word, "", row->about);
		if (strncmp(typed, word, strlen(word)) == 0)
			words_offer(words, word, values[row->unit], row->about);
	}
}

static void offer_ioctls(const struct words *words)
{
	char word[64];

	for (size_t at = 0; dm_ioctl_name_at(at); at++) {
		snprintf(word, sizeof word, "ioctl=%s", dm_ioctl_name_at(at));
		words_offer(words, word, "", "");
	}
}

/* Whether WORD begins with NAME and a =. */
static bool is_key(const char *word, const char *name)
{
	size_t length = strlen(name);

	return strncmp(word, name, length) == 0 && word[length] == '=';
}

/* Offers an example value for the key of WORD. */
static void offer_example(const struct words *words, const char *word)
{
	const struct rule_trigger *trigger;
	char example[64];

	for (size_t at = 0; (trigger = rule_trigger_at(at)); at++) {
		if (trigger->example && is_key(word, trigger->name))
			words_offer(words, trigger->example, "", trigger->about);
	}
	for (size_t at = FAULT_NO_ACTION + 1; at < FAULT_ACTIONS; at++) {
		const struct action_row *row = action_at(at);

		if (row->value == ACTION_ALONE || !examples[row->value] || !is_key(word, row->name))
			continue;
		snprintf(example, sizeof example, "%s=%s", row->name, examples[row->value]);
		words_offer(words, example, "", row->about);
	}
}

static void offer_values(const struct words *words, const char *word, enum fault_point point)
{
	if (is_key(word, "error"))
		offer_errors(words);
	else if (is_key(word, "reply") && point != FAULT_POINTS)
		offer_replies(words, fault_point_at(point)->name);
	else if (is_key(word, "when"))
		offer_gauges(words, word);
	else if (is_key(word, "ioctl"))
		offer_ioctls(words);
	else if (is_key(word, "snapshot"))
		words_of_snapshots(words, "snapshot=");
	else if (is_key(word, "writer"))
		words_of_writers(words, "writer=", true);
	else
		offer_example(words, word);
}

void words_of_rule(struct words *words)
{
	const char *blank = strrchr(words->typed, ' ');
	struct typed_rule rule;
	const char *word;

	words->head_length = blank ? (int)(blank + 1 - words->typed) : 0;
	word = words->typed + words->head_length;
	rule = read_rule(words);
	if (!rule.has_word)
		offer_points(words);
	else if (strchr(word, '='))
		offer_values(words, word, rule.point);
	else if (rule.point == FAULT_POINTS)
		return;
	else if (!rule.has_action)
		offer_actions(words, rule.point);
	else
		offer_triggers(words, fault_point_at(rule.point));
}
