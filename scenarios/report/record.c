/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/report/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "faults/rule.h"
#include "scenarios/base/files.h"
#include "scenarios/base/whole_file.h"
#include "scenarios/format/files.h"
#include "scenarios/judge/verdict.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/control/protocol.h"

/* ---- rules ---- */

char *record_rule_text(const char *text)
{
	char message[RULE_MESSAGE_BYTES], written[RULE_TEXT_MAX + 1];
	struct fault_rule rule;

	MUST(rule_parse(text, &rule, message) == 0);
	return heap_copy(rule_format(&rule, written, sizeof written));
}

char *record_hit_rule(const struct record *record, const struct record_hit *hit)
{
	char message[RULE_MESSAGE_BYTES], written[RULE_TEXT_MAX + 1];
	struct fault_rule rule;

	MUST(rule_parse(record->rules[hit->rule].text, &rule, message) == 0);
	rule.after = hit->match - 1;
	rule.every = 1;
	rule.times = 1;
	rule.chance = 1000000;
	/* Two rules with the same name would be one rule. */
	rule.name[0] = '\0';
	return heap_copy(rule_format(&rule, written, sizeof written));
}

/* More matches than any run has. */
#define NEVER 1000000000000ull

char *record_idle_rule(const char *text)
{
	char message[RULE_MESSAGE_BYTES], written[RULE_TEXT_MAX + 1];
	struct fault_rule rule;

	MUST(rule_parse(text, &rule, message) == 0);
	rule.after = NEVER;
	return heap_copy(rule_format(&rule, written, sizeof written));
}

/* ---- writing ---- */

char *record_verdict(const struct scenario_result *result)
{
	char *text = heap_copy(outcome_name(result->outcome));

	for (size_t i = 0; i < result->backup_count; i++) {
		const struct backup_result *backup = &result->backups[i];
		char *longer = heap_format("%s%s %s %s", text, i == 0 ? ":" : ",", backup->name,
			verdict_name(backup->verdict));

		free(text);
		text = longer;
	}
	return text;
}

static void line_write(FILE *file, json_t *object)
{
	json_dumpf(object, file, JSON_COMPACT);
	fputc('\n', file);
	json_decref(object);
}

int record_write(const char *path, const struct scenario_result *result, const char *journal)
{
	struct whole_file whole;
	int error = whole_file_begin(&whole, path);

	if (error < 0)
		return error;

	AUTO(auto_free) char *verdict = record_verdict(result);
	AUTO(auto_free) char *absolute = realpath(result->path, NULL);

	line_write(
		whole.file, json_pack("{s:s, s:i, s:s, s:s, s:I}", "event", "run", "schema_version",
				    SCHEMA_VERSION, "scenario", absolute ? absolute : result->path,
				    "name", result->name, "seed", (json_int_t)result->seed));
	if (journal)
		fputs(journal, whole.file);
	line_write(whole.file, json_pack("{s:s, s:s}", "event", "verdict", "verdict", verdict));
	return whole_file_end(&whole);
}

/* ---- reading ---- */

static const char *text_of(const json_t *line, const char *name)
{
	return json_string_value(json_object_get(line, name));
}

static uint64_t number_of(const json_t *line, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(line, name));
}

static const char *run_read(struct record *record, const json_t *line)
{
	const char *path = text_of(line, "scenario");

	if (number_of(line, "schema_version") != SCHEMA_VERSION)
		return "it has another version";
	if (!path)
		return "'scenario' is missing";
	free(record->scenario_path);
	record->scenario_path = heap_copy(path);
	free(record->scenario_name);
	record->scenario_name = heap_copy(text_of(line, "name"));
	record->seed = number_of(line, "seed");
	return NULL;
}

static const char *added_read(struct record *record, const json_t *line)
{
	const char *text = text_of(line, "rule");
	char message[RULE_MESSAGE_BYTES];
	struct fault_rule parsed;
	struct record_rule *rule;

	if (!text || rule_parse(text, &parsed, message) < 0)
		return "'rule' cannot be read";
	record->rules = heap_grow(record->rules, record->rule_count, sizeof *record->rules);
	rule = &record->rules[record->rule_count];
	rule->text = heap_copy(text);
	rule->id = number_of(line, "id");
	for (size_t i = 0; i < record->rule_count; i++)
		rule->occurrence += strcmp(record->rules[i].text, text) == 0;
	record->rule_count++;
	return NULL;
}

static char *place_of(const json_t *line)
{
	const char *snapshot = text_of(line, "snapshot");
	const char *writer = text_of(line, "writer");
	const char *between = snapshot ? " of " : "";

	if (!json_object_get(line, "offset"))
		return heap_format("%s%s%s%s%s", text_of(line, "point"), between,
			snapshot ? snapshot : "", writer ? " by " : "", writer ? writer : "");
	return heap_format("%s%s%s at %" PRIu64 "+%" PRIu64, text_of(line, "point"), between,
		snapshot ? snapshot : "", number_of(line, "offset"), number_of(line, "length"));
}

static const char *fired_read(struct record *record, const json_t *line)
{
	uint64_t id = number_of(line, "id");
	struct record_hit hit = { .rule = record->rule_count, .match = number_of(line, "hit") };

	/* Search backwards: each mount numbers its rules anew. */
	while (hit.rule > 0 && record->rules[hit.rule - 1].id != id)
		hit.rule--;
	if (hit.rule == 0)
		return "a rule struck that was never added";
	hit.rule--;
	if (!text_of(line, "point") || hit.match == 0)
		return "'point' or 'hit' is missing";
	hit.place = place_of(line);
	record->hits = heap_grow(record->hits, record->hit_count, sizeof *record->hits);
	record->hits[record->hit_count++] = hit;
	return NULL;
}

static const char *verdict_read(struct record *record, const json_t *line)
{
	if (!text_of(line, "verdict"))
		return "'verdict' is missing";
	free(record->verdict);
	record->verdict = heap_copy(text_of(line, "verdict"));
	return NULL;
}

static const char *dropped_read(struct record *record, const json_t *line)
{
	(void)record;
	(void)line;
	return "the journal was full: some faults are not known";
}

/* Returns what is wrong with LINE, or NULL; ignores events that change nothing. */
static const char *line_read(struct record *record, const json_t *line)
{
	static const struct {
		const char *event;
		const char *(*read)(struct record *record, const json_t *line);
	} rows[] = {
		{ "run", run_read },
		{ "fault.added", added_read },
		{ "fault.fired", fired_read },
		{ "journal.dropped", dropped_read },
		{ "verdict", verdict_read },
	};
	const char *event = text_of(line, "event");

	if (!event)
		return "it is not an event";
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i].event, event) == 0)
			return rows[i].read(record, line);
	}
	return NULL;
}

static const char *lines_read(struct record *record, char *text, unsigned *ret_line)
{
	char *rest = NULL;
	const char *why = NULL;

	*ret_line = 0;
	for (char *at = strtok_r(text, "\n", &rest); at && !why; at = strtok_r(NULL, "\n", &rest)) {
		json_t *line = json_loads(at, 0, NULL);

		(*ret_line)++;
		why = line ? line_read(record, line) : "it is not a JSON object";
		if (!why && *ret_line == 1 && !record->scenario_path)
			why = "it does not say what was run (try the file that 'snaprig run "
			      "--record' writes)";
		json_decref(line);
	}
	return why;
}

int record_read(const char *path, struct record *ret)
{
	AUTO(auto_free) char *text = file_text(path);
	struct record record = { 0 };
	const char *why;
	unsigned line;

	if (!text) {
		log_error_code(errno ? -errno : -EIO, "cannot read record '%s'", path);
		return -EINVAL;
	}
	if (scenario_files_is_name(path)) {
		log_error("'%s' is a scenario, and no record ('snaprig run' runs it, and makes one "
			  "with --record DIR)",
			path);
		return -EINVAL;
	}
	why = lines_read(&record, text, &line);
	if (!why && (!record.scenario_path || !record.verdict))
		why = "it ends before the verdict";
	if (why) {
		log_error("%s:%u: %s", path, line, why);
		record_deinit(&record);
		return -EINVAL;
	}
	*ret = record;
	return 0;
}

void record_deinit(struct record *record)
{
	for (size_t i = 0; i < record->rule_count; i++)
		free(record->rules[i].text);
	for (size_t i = 0; i < record->hit_count; i++)
		free(record->hits[i].place);
	free(record->rules);
	free(record->hits);
	free(record->scenario_path);
	free(record->scenario_name);
	free(record->verdict);
	*record = (struct record){ 0 };
}
