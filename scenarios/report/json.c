/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c - results as one JSON object, for programs: schemas/report.schema.json.
 */
#include <jansson.h>

#include "scenarios/report/differences_json.h"
#include "scenarios/report/environment_json.h"
#include "scenarios/report/measures.h"
#include "scenarios/report/report.h"
#include "scenarios/report/text.h"
#include "scenarios/report/timeline_json.h"
#include "simfs/base/clock.h"
#include "simfs/control/protocol.h"

static json_t *seconds_json(uint64_t duration_ns)
{
	return json_real((double)duration_ns / (double)NS_PER_S);
}

static json_t *step_json(const struct step_result *step)
{
	return json_pack("{s:o, s:o, s:i, s:i, s:s, s:o, s:o}", "phase",
		report_text_json(step->phase), "step", report_text_json(step->title), "line",
		(int)step->place.line, "column", (int)step->place.column, "outcome",
		outcome_name(step->outcome), "message", report_text_json(step->message), "seconds",
		seconds_json(step->duration_ns));
}

static json_t *backup_json(const struct backup_result *backup)
{
	return json_pack("{s:o, s:o, s:s, s:i, s:o, s:o, s:o, s:o, s:o}", "name",
		report_text_json(backup->name), "of", report_text_json(backup->of), "verdict",
		verdict_name(backup->verdict), "exit", backup->exit_status, "reason",
		report_text_json(backup->reason), "seconds", seconds_json(backup->duration_ns),
		"reads", measures_reads_json(&backup->measures), "run",
		measures_run_json(&backup->measures), "differences",
		differences_json(backup->differences));
}

static json_t *evidence_json(const struct scenario_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < result->evidence_count; i++)
		json_array_append_new(
			array, json_pack("{s:o, s:o, s:b}", "name",
				       report_text_json(result->evidence[i].name), "text",
				       report_text_json(result->evidence[i].text), "cut",
				       result->evidence[i].is_cut));
	return array;
}

static json_t *scenario_json(const struct scenario_result *result)
{
	json_t *steps = json_array(), *backups = json_array(), *leaks = json_array();

	for (size_t i = 0; i < result->step_count; i++)
		json_array_append_new(steps, step_json(&result->steps[i]));
	for (size_t i = 0; i < result->backup_count; i++)
		json_array_append_new(backups, backup_json(&result->backups[i]));
	for (size_t i = 0; i < result->leak_count; i++)
		json_array_append_new(leaks, report_text_json(result->leaks[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:o, s:o, s:o, s:i, s:o, s:I, s:o}",
		"name", report_text_json(result->name), "path", report_text_json(result->path),
		"about", report_text_json(result->about), "profile",
		report_text_json(result->profile), "client", report_text_json(result->client),
		"client_version", report_text_json(result->client_version), "seed",
		(json_int_t)result->seed, "outcome", outcome_name(result->outcome), "message",
		report_text_json(result->message), "seconds", seconds_json(result->duration_ns),
		"steps", steps, "backups", backups, "leaks", leaks, "replay",
		report_text_json(result->replay), "record", report_text_json(result->record),
		"replay_words", report_text_json(result->replay_words), "logs",
		evidence_json(result), "artifacts", report_text_json(result->artifacts), "runs",
		(int)result->runs, "flaky", report_text_json(result->flaky), "environment",
		(json_int_t)result->environment, "timeline", timeline_json(result->timeline));
}

static json_t *document_json(const struct results *results)
{
	size_t missing = results_missing(results);
	json_t *scenarios = json_array();

	for (size_t i = 0; i < results->scenario_count; i++)
		json_array_append_new(scenarios, scenario_json(&results->scenarios[i]));
	return json_pack("{s:o, s:I, s:o, s:o}", "exit",
		missing > 0 ? json_null() : json_integer(results_exit_code(results)), "missing",
		(json_int_t)missing, "environments", environments_json(&results->environments),
		"scenarios", scenarios);
}

static void document_write(const struct results *results, size_t flags, FILE *file)
{
	json_t *document = document_json(results);

	json_output_write(document, flags, file);
	json_decref(document);
}

void report_json(const struct results *results, FILE *file)
{
	document_write(results, JSON_OUTPUT_FLAGS, file);
}

void report_json_line(const struct results *results, FILE *file)
{
	document_write(results, JSON_OUTPUT_LINE_FLAGS, file);
}
