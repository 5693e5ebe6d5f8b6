/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule_parse.c - parses the line of a rule, word by word.
 *
 * Every message names the column of the wrong word.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "faults/rule_internal.h"
#include "simfs/base/check.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/base/suggest.h"
#include "simfs/base/vss_codes.h"

struct reader {
	struct fault_rule rule;
	struct spec_line line;
	unsigned whole_column; /* 0: absent */
	unsigned offset_column;
};

static const struct spec_language language = { .name = "rule", .has_quotes = true };

/* ---- the point ---- */

static bool read_point(struct reader *reader, const char *word)
{
	const char *names[FAULT_POINTS];

	if (fault_point_find(word, &reader->rule.point) == 0)
		return true;
	for (size_t i = 0; i < FAULT_POINTS; i++)
		names[i] = fault_point_at(i)->name;
	return spec_line_wrong(
		&reader->line, suggest_near(word, names, FAULT_POINTS), "unknown point '%s'", word);
}

/* ---- the action ---- */

static bool has_codes(enum fault_point point)
{
	return fault_point_at(point)->traits & POINT_HAS_CODES;
}

static const char *action_example(enum fault_point point, enum action_value kind)
{
	static const char *const examples[] = {
		[ACTION_ALONE] = NULL,
		[ACTION_ERRNO] = "EIO",
		[ACTION_TIME] = "20ms",
		[ACTION_BYTES] = "512",
		[ACTION_COUNT] = "1",
		[ACTION_REPLY] = "reset",
	};

	return kind == ACTION_ERRNO && has_codes(point) ? "0x800423f2" : examples[kind];
}

/* Where VSS has codes, one can be given instead of its errno. */
static int error_read(enum fault_point point, const char *value)
{
	const struct vss_code *code = has_codes(point) ? vss_code_find(value) : NULL;

	return code ? code->error : error_from_name(value);
}

static bool reply_read(struct fault_rule *rule, const char *value)
{
	enum xapi_reply reply;

	if (xapi_reply_find(fault_point_at(rule->point)->name, value, &reply) < 0)
		return false;
	rule->value = reply;
	return true;
}

static bool value_read(struct fault_rule *rule, enum action_value kind, const char *value)
{
	switch (kind) {
	case ACTION_ALONE:
		return true;
	case ACTION_ERRNO:
		rule->error = error_read(rule->point, value);
		return rule->error < 0;
	case ACTION_TIME:
		return duration_parse(value, &rule->value) == 0;
	case ACTION_BYTES:
		return size_parse(value, &rule->value) == 0;
	case ACTION_COUNT:
		return value[strspn(value, "0123456789")] == '\0' &&
		       size_parse(value, &rule->value) == 0 && rule->value > 0;
	case ACTION_REPLY:
		break; /* reply_read() */
	}
	return false;
}

/* Checks for amounts of 0 that make no sense. */
static const char *amount_refusal(const struct fault_rule *rule)
{
	bool writes = fault_point_at(rule->point)->kind != POINT_READ;

	if (rule->value > 0)
		return NULL;
	if (rule->action == FAULT_TEAR)
		return "nothing would be left (try drop)";
	if (rule->action == FAULT_SHORT && writes)
		return "no program continues after a write of 0 bytes (try error=ENOSPC)";
	return rule->action == FAULT_MISDIRECT ? "nothing would be misdirected" : NULL;
}

/* For an unknown reply, suggests one of the point's. */
static bool wrong_reply(struct reader *reader, const char *value)
{
	const char *point = fault_point_at(reader->rule.point)->name;
	const char *words[XAPI_REPLIES];
	size_t count = xapi_reply_words(point, words);

	return spec_line_wrong(&reader->line, suggest_near(value, words, count),
		"unknown reply '%s' of '%s'", value, point);
}

static bool read_action(
	struct reader *reader, enum fault_action action, const char *word, const char *value)
{
	struct fault_rule *rule = &reader->rule;
	const struct action_row *row = action_at(action);
	const char *refusal = action_refusal(action, rule->point);

	if (rule->action != FAULT_NO_ACTION)
		return spec_line_wrong(&reader->line, NULL, "a second action '%s' after '%s'", word,
			action_at(rule->action)->name);
	if (row->value == ACTION_ALONE && value)
		return spec_line_wrong(&reader->line, NULL, "'%s' takes no value", word);
	if (row->value != ACTION_ALONE && !value)
		return spec_line_wrong(&reader->line, NULL,
			"a value is missing for '%s' (try %s=%s)", word, word,
			action_example(rule->point, row->value));
	if (!refusal && row->value == ACTION_REPLY && !reply_read(rule, value))
		return wrong_reply(reader, value);
	if (row->value != ACTION_REPLY && !value_read(rule, row->value, value))
		return spec_line_wrong(&reader->line, NULL, "cannot read %s '%s' (try %s=%s)", word,
			value, word, action_example(rule->point, row->value));
	rule->action = action;
	if (!refusal)
		refusal = amount_refusal(rule);
	if (refusal)
		return spec_line_wrong(&reader->line, NULL, "'%s' makes no sense at point '%s': %s",
			word, fault_point_at(rule->point)->name, refusal);
	return true;
}

/* ---- triggers ---- */

/* For an unknown gauge, the message names the gauge, not the whole value. */
static bool wrong_gauge(struct reader *reader, const char *value)
{
	const char *names[GAUGE_COUNT];
	size_t length = strcspn(value, "<>=");
	char gauge[64];
	enum gauge found;

	if (!value[length] || length >= sizeof gauge)
		return false;
	memcpy(gauge, value, length);
	gauge[length] = '\0';
	if (gauge_find(gauge, &found) == 0)
		return false;
	for (size_t i = 0; i < GAUGE_COUNT; i++)
		names[i] = gauge_at(i)->name;
	spec_line_wrong(&reader->line, suggest_near(gauge, names, GAUGE_COUNT),
		"unknown gauge '%s'", gauge);
	return true;
}

/* Likewise for an ioctl. */
static void wrong_ioctl(struct reader *reader, const char *value)
{
	const char *names[32];
	size_t count = 0;

	while (count < sizeof names / sizeof names[0] && dm_ioctl_name_at(count)) {
		names[count] = dm_ioctl_name_at(count);
		count++;
	}
	spec_line_wrong(
		&reader->line, suggest_near(value, names, count), "unknown ioctl '%s'", value);
}

static bool wrong_value(struct reader *reader, const struct rule_key *key, const char *value)
{
	/* A key without a value never fails to parse. */
	MUST(value);
	if (strcmp(key->is.name, "when") == 0 && wrong_gauge(reader, value))
		return false;
	if (strcmp(key->is.name, "ioctl") == 0) {
		wrong_ioctl(reader, value);
		return false;
	}
	return spec_line_wrong(&reader->line, NULL, "cannot read %s '%s' (try %s)", key->is.name,
		value, key->is.example);
}

static bool read_key(struct reader *reader, size_t index, const struct spec_word *word)
{
	const struct rule_key *key = &rule_keys[index];
	const struct point_row *point = fault_point_at(reader->rule.point);

	if (!spec_line_key(&reader->line, index, word))
		return false;
	if (!key->is.example && word->value)
		return spec_line_wrong(&reader->line, NULL, "'%s' takes no value", key->is.name);
	if (key->is.example && !word->value)
		return spec_line_wrong(&reader->line, NULL, "a value is missing for '%s' (try %s)",
			key->is.name, key->is.example);
	if (!key->read(&reader->rule, word->value))
		return wrong_value(reader, key, word->value);
	if ((point->traits & key->is.trait) != key->is.trait)
		return spec_line_wrong(&reader->line, NULL, "'%s' makes no sense at point '%s': %s",
			key->is.name, point->name, key->reason);
	if (reader->rule.is_whole && reader->whole_column == 0)
		reader->whole_column = reader->line.column;
	if (reader->rule.has_offset && reader->offset_column == 0)
		reader->offset_column = reader->line.column;
	return true;
}

static bool unknown_key(struct reader *reader, const struct spec_word *word)
{
	const char *names[RULE_KEYS_MAX + FAULT_ACTIONS];
	size_t count = 0;

	for (size_t i = FAULT_NO_ACTION + 1; i < FAULT_ACTIONS; i++)
		names[count++] = action_at(i)->name;
	for (const struct rule_key *key = rule_keys; key->is.name; key++)
		names[count++] = key->is.name;
	return spec_line_unknown_key(&reader->line, word, names, count);
}

static bool read_word(struct reader *reader, const struct spec_word *word)
{
	/* Rules are written back without quotes; a blank in a writer's name becomes an
	 * underscore. */
	if (word->value && strpbrk(word->value, " \t") && strcmp(word->name, "writer") != 0)
		return spec_line_wrong(
			&reader->line, NULL, "a space in the value of '%s'", word->name);
	for (size_t i = FAULT_NO_ACTION + 1; i < FAULT_ACTIONS; i++) {
		if (strcmp(word->name, action_at(i)->name) == 0)
			return read_action(reader, (enum fault_action)i, word->name, word->value);
	}
	for (size_t i = 0; rule_keys[i].is.name; i++) {
		if (strcmp(word->name, rule_keys[i].is.name) == 0)
			return read_key(reader, i, word);
	}
	return unknown_key(reader, word);
}

/* ---- the line ---- */

/* Whether `whole` has no effect.  Checked at the end, as it may precede what it applies to. */
static bool whole_is_idle(const struct reader *reader)
{
	struct fault_rule rule = reader->rule;

	rule.is_whole = false;
	return reader->rule.is_whole && !rule_is_bad_sectors(&rule);
}

static bool reply_is_too_late(const struct reader *reader)
{
	const struct fault_rule *rule = &reader->rule;

	return rule->action == FAULT_REPLY && rule->has_offset &&
	       xapi_reply_at(rule->value)->is_of_head;
}

static bool read_line(struct reader *reader, const char *text, char *message)
{
	struct spec_line *line = &reader->line;
	struct spec_word word;

	if (!spec_line_begin(line, text, &language, message))
		return false;
	if (!spec_line_next(line, &word))
		return !line->is_wrong &&
		       spec_line_wrong(
			       line, NULL, "a point is missing (try snapshot.read error=EIO)");
	if (!read_point(reader, word.name))
		return false;
	while (spec_line_next(line, &word)) {
		if (!read_word(reader, &word))
			return false;
	}
	if (line->is_wrong)
		return false;
	if (reader->rule.action == FAULT_NO_ACTION)
		return spec_line_wrong(line, NULL, "an action is missing (try error=EIO)");
	if (whole_is_idle(reader)) {
		line->column = reader->whole_column;
		return spec_line_wrong(line, NULL,
			"'whole' makes no sense: only a read through the mount with an error at an "
			"offset could succeed in part");
	}
	if (reply_is_too_late(reader)) {
		line->column = reader->offset_column;
		return spec_line_wrong(line, NULL,
			"'offset' makes no sense with reply '%s', which is decided before the "
			"first byte",
			xapi_reply_at(reader->rule.value)->word);
	}
	return true;
}

int rule_parse(const char *text, struct fault_rule *ret, char *message)
{
	struct reader reader;

	/* Including padding, so that rules can be compared. */
	memset(&reader, 0, sizeof reader);
	reader.rule.every = 1;
	reader.rule.chance = 1000000;

	if (!read_line(&reader, text, message))
		return -EINVAL;
	*ret = reader.rule;
	return 0;
}
