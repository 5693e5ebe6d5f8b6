/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tap.c - TAP: a point per scenario, with a YAML block of details.
 */
#include <inttypes.h>
#include <string.h>

#include "scenarios/report/report.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

static double seconds(uint64_t duration_ns)
{
	return (double)duration_ns / (double)NS_PER_S;
}

/* Writes " KEY: "TEXT"", or nothing for NULL. */
static void write_pair(const char *key, const char *text, FILE *file)
{
	if (!text)
		return;
	fprintf(file, "  %s: ", key);
	report_write_yaml(text, file);
	fputc('\n', file);
}

static void write_backups(const struct scenario_result *result, FILE *file)
{
	if (result->backup_count > 0)
		fputs("  backups:\n", file);
	for (size_t i = 0; i < result->backup_count; i++) {
		const struct backup_result *backup = &result->backups[i];

		fputs("    - { name: ", file);
		report_write_yaml(backup->name, file);
		fputs(", of: ", file);
		report_write_yaml(backup->of, file);
		fprintf(file, ", verdict: %s, exit: %d, seconds: %.3f",
			verdict_name(backup->verdict), backup->exit_status,
			seconds(backup->duration_ns));
		if (backup->reason) {
			fputs(", reason: ", file);
			report_write_yaml(backup->reason, file);
		}
		fputs(" }\n", file);
	}
}

/* Only the steps that did not pass, which readers of TAP look for. */
static void write_steps(const struct scenario_result *result, FILE *file)
{
	const char *head = "  steps:\n";

	for (size_t i = 0; i < result->step_count; i++) {
		const struct step_result *step = &result->steps[i];

		if (step->outcome == OUTCOME_PASSED)
			continue;
		fprintf(file, "%s    - phase: ", head);
		head = "";
		report_write_yaml(step->phase, file);
		fputs("\n      step: ", file);
		report_write_yaml(step->title, file);
		fputs("\n      file: ", file);
		report_write_yaml(result->path, file);
		fprintf(file, "\n      line: %u\n      column: %u\n      outcome: %s\n",
			step->place.line, step->place.column, outcome_name(step->outcome));
		if (step->message) {
			fputs("      message: ", file);
			report_write_yaml(step->message, file);
			fputc('\n', file);
		}
	}
}

static void write_leaks(const struct scenario_result *result, FILE *file)
{
	if (result->leak_count > 0)
		fputs("  leaks:\n", file);
	for (size_t i = 0; i < result->leak_count; i++) {
		fputs("    - ", file);
		report_write_yaml(result->leaks[i], file);
		fputc('\n', file);
	}
}

/* Writes a TAP line for each line of TEXT, because people read it, too. */
static void write_lines(const char *text, FILE *file)
{
	AUTO(auto_free) char *copy = heap_copy(text);
	char *rest = NULL;

	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		fputs("        - ", file);
		report_write_yaml(line, file);
		fputc('\n', file);
	}
}

static void write_evidence(const struct scenario_result *result, FILE *file)
{
	if (result->evidence_count > 0)
		fputs("  logs:\n", file);
	for (size_t i = 0; i < result->evidence_count; i++) {
		fputs("    - name: ", file);
		report_write_yaml(result->evidence[i].name, file);
		fprintf(file, "\n      cut: %s\n      lines:\n",
			result->evidence[i].is_cut ? "true" : "false");
		write_lines(result->evidence[i].text, file);
	}
	write_pair("artifacts", result->artifacts, file);
}

static void write_diagnostics(const struct scenario_result *result, FILE *file)
{
	fprintf(file, "  ---\n  outcome: %s\n", outcome_name(result->outcome));
	write_pair("message", result->message, file);
	write_pair("flaky", result->flaky, file);
	if (result->runs > 1)
		fprintf(file, "  runs: %u\n", result->runs);
	write_pair("file", result->path, file);
	write_pair("profile", result->profile, file);
	write_pair("client", result->client, file);
	fprintf(file, "  seed: %" PRIu64 "\n  seconds: %.3f\n", result->seed,
		seconds(result->duration_ns));
	write_backups(result, file);
	write_steps(result, file);
	write_leaks(result, file);
	write_evidence(result, file);
	write_pair("replay", result->replay, file);
	fputs("  ...\n", file);
}

void report_tap_begin(int version, size_t count, FILE *file)
{
	fprintf(file, "TAP version %d\n1..%zu", version, count);
	fputs(count == 0 ? " # SKIP no scenario\n" : "\n", file);
}

void report_tap_point(const struct scenario_result *result, size_t number, FILE *file)
{
	bool is_skipped = result->outcome == OUTCOME_SKIPPED;
	bool is_ok = is_skipped || result->outcome == OUTCOME_PASSED;

	fprintf(file, "%s %zu - ", is_ok ? "ok" : "not ok", number);
	report_write_tap(result->name, file);
	if (is_skipped) {
		fputs(" # SKIP ", file);
		report_write_tap(result->message ? result->message : "no reason given", file);
		fputc('\n', file);
		return;
	}
	fputc('\n', file);
	write_diagnostics(result, file);
	/* After the diagnostics, because TAP 14 allows nothing between a point and them. */
	if (result->flaky) {
		fputs("# flaky: ", file);
		report_write_tap(result->name, file);
		fprintf(file, " passed in run %u\n", result->runs);
	}
}

static void document_write(const struct results *results, int version, FILE *file)
{
	report_tap_begin(version, results->scenario_count + results_missing(results), file);
	for (size_t i = 0; i < results->scenario_count; i++)
		report_tap_point(&results->scenarios[i], i + 1, file);
}

void report_tap(const struct results *results, FILE *file)
{
	document_write(results, TAP_CURRENT, file);
}

void report_tap_old(const struct results *results, FILE *file)
{
	document_write(results, TAP_OLD, file);
}
