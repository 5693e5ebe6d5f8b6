/* SPDX-License-Identifier: Apache-2.0 */
/*
 * github.c - the output for GitHub's runner: annotations at the lines of scenarios, and the
 * summary of a step, which is Markdown.
 */
#include <string.h>

#include "scenarios/report/report.h"
#include "scenarios/report/text.h"
#include "simfs/base/clock.h"

/* GitHub takes 1 MiB per step; the beginning is kept. */
#define LOGS_BYTES_MAX 524288

/* ---- annotations ---- */

static const char *level_of(const struct scenario_result *result)
{
	if (result->flaky)
		return "warning";
	return outcome_is_bad(result->outcome) ? "error" : "notice";
}

/* "flaky" is shown where a reader looks for the outcome. */
static const char *outcome_word(const struct scenario_result *result)
{
	return result->flaky ? "flaky" : outcome_name(result->outcome);
}

static void write_annotation(const struct scenario_result *result, const struct step_result *step,
	const char *message, FILE *file)
{
	fprintf(file, "::%s file=", level_of(result));
	report_write_github(result->path, true, file);
	if (step)
		fprintf(file, ",line=%u,col=%u", step->place.line, step->place.column);
	fputs(",title=", file);
	report_write_github(result->name, true, file);
	fprintf(file, "::%s: ", outcome_word(result));
	report_write_github(message ? message : "no reason given", false, file);
	fputc('\n', file);
}

void report_github_annotate(const struct scenario_result *result, FILE *file)
{
	bool is_told = false;

	for (size_t i = 0; i < result->step_count; i++) {
		const struct step_result *step = &result->steps[i];

		if (!outcome_is_bad(step->outcome))
			continue;
		write_annotation(result, step, step->message, file);
		is_told = is_told || step->outcome == result->outcome;
	}
	if (result->flaky)
		write_annotation(result, NULL, result->flaky, file);
	else if (!is_told && result->outcome != OUTCOME_PASSED)
		write_annotation(result, NULL, result->message, file);
}

/* ---- the summary ---- */

/* In a table cell, line breaks and bars must be escaped. */
static void write_cell(const char *text, FILE *file)
{
	fputs("| ", file);
	report_write_markdown(text ? text : "", file);
	fputc(' ', file);
}

static void write_row(const struct scenario_result *result, FILE *file)
{
	write_cell(outcome_word(result), file);
	write_cell(result->name, file);
	write_cell(result->client, file);
	fputs("| ", file);
	for (size_t i = 0; i < result->backup_count; i++) {
		fputs(i > 0 ? ", " : "", file);
		report_write_markdown(result->backups[i].name, file);
		fprintf(file, " %s", verdict_name(result->backups[i].verdict));
	}
	fprintf(file, " | %.1f s ", (double)result->duration_ns / (double)NS_PER_S);
	write_cell(result->flaky ? result->flaky : result->message, file);
	fputs("|\n", file);
}

static bool is_worth_a_look(const struct scenario_result *result)
{
	return result->flaky || outcome_is_bad(result->outcome);
}

static void write_rows(const struct results *results, bool is_worth, FILE *file)
{
	for (size_t i = 0; i < results->scenario_count; i++) {
		if (is_worth_a_look(&results->scenarios[i]) == is_worth)
			write_row(&results->scenarios[i], file);
	}
}

static size_t logs_length(const struct scenario_result *result)
{
	size_t length = 0;

	for (size_t i = 0; i < result->evidence_count; i++)
		length += strlen(result->evidence[i].text);
	return length;
}

static void write_logs(const struct scenario_result *result, FILE *file)
{
	fputs("\n<details><summary>", file);
	report_write_markdown(result->name, file);
	fputs("</summary>\n\n<pre>\n", file);
	if (result->replay) {
		report_write_xml_text(result->replay, file);
		fputc('\n', file);
	}
	for (size_t i = 0; i < result->evidence_count; i++) {
		fputs("\n---- ", file);
		report_write_xml_text(result->evidence[i].name, file);
		fputs(" ----\n", file);
		report_write_xml_text(result->evidence[i].text, file);
	}
	fputs("</pre>\n</details>\n", file);
}

void report_github_summary(const struct results *results, FILE *file)
{
	size_t counts[OUTCOME_ERROR + 1] = { 0 }, flaky = 0, length = 0;

	for (size_t i = 0; i < results->scenario_count; i++) {
		counts[results->scenarios[i].outcome]++;
		flaky += results->scenarios[i].flaky != NULL;
	}
	fprintf(file, "### Snaprig: %zu scenarios", results->scenario_count);
	for (enum outcome outcome = 0; outcome <= OUTCOME_ERROR; outcome++) {
		if (counts[outcome] > 0)
			fprintf(file, ", %zu %s", counts[outcome], outcome_name(outcome));
	}
	if (flaky > 0)
		fprintf(file, ", of these %zu flaky", flaky);
	fputs("\n\n| outcome | scenario | client | verdicts | time | message |\n"
	      "|---|---|---|---|---|---|\n",
		file);
	write_rows(results, true, file);
	write_rows(results, false, file);
	for (size_t i = 0; i < results->scenario_count; i++) {
		const struct scenario_result *result = &results->scenarios[i];

		length += logs_length(result);
		if (is_worth_a_look(result) && length <= LOGS_BYTES_MAX)
			write_logs(result, file);
	}
	fputc('\n', file);
}
