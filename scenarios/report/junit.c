/* SPDX-License-Identifier: Apache-2.0 */
/*
 * junit.c - JUnit XML: a suite per scenario, a case per step.
 */
#include <inttypes.h>

#include "scenarios/report/report.h"
#include "scenarios/report/text.h"
#include "simfs/base/clock.h"

/* The element that says of a case why it did not pass; NULL: it passed. */
static const char *const elements[] = {
	[OUTCOME_PASSED] = NULL,
	[OUTCOME_SKIPPED] = "skipped",
	[OUTCOME_INCONCLUSIVE] = "error",
	[OUTCOME_FAILED] = "failure",
	[OUTCOME_TIMED_OUT] = "error",
	[OUTCOME_ERROR] = "error",
};

struct counts {
	size_t tests;
	size_t failures;
	size_t errors;
	size_t skipped;
	uint64_t duration_ns;
};

static double seconds(uint64_t duration_ns)
{
	return (double)duration_ns / (double)NS_PER_S;
}

static void count_case(struct counts *counts, enum outcome outcome)
{
	counts->tests++;
	counts->failures += outcome == OUTCOME_FAILED;
	counts->skipped += outcome == OUTCOME_SKIPPED;
	counts->errors += outcome == OUTCOME_INCONCLUSIVE || outcome == OUTCOME_TIMED_OUT ||
			  outcome == OUTCOME_ERROR;
}

/*
 * What befell the scenario as a whole (a missing tool, a mount that failed)
 * is on none of its steps, so it gets a case of its own.
 */
static bool needs_own_case(const struct scenario_result *result)
{
	for (size_t i = 0; i < result->step_count; i++) {
		if (result->steps[i].outcome == result->outcome)
			return false;
	}
	return true;
}

static void count_scenario(const struct scenario_result *result, struct counts *counts)
{
	for (size_t i = 0; i < result->step_count; i++)
		count_case(counts, result->steps[i].outcome);
	if (needs_own_case(result))
		count_case(counts, result->outcome);
	counts->duration_ns += result->duration_ns;
}

static void write_attribute(const char *name, const char *value, FILE *file)
{
	fprintf(file, " %s=\"", name);
	report_write_xml(value ? value : "", file);
	fputc('"', file);
}

static void write_counts(const struct counts *counts, FILE *file)
{
	fprintf(file,
		" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\"",
		counts->tests, counts->failures, counts->errors, counts->skipped,
		seconds(counts->duration_ns));
}

static void write_property(const char *name, const char *value, FILE *file)
{
	if (!value)
		return;
	fputs("      <property", file);
	write_attribute("name", name, file);
	write_attribute("value", value, file);
	fputs("/>\n", file);
}

static void write_properties(const struct scenario_result *result, FILE *file)
{
	char seed[24];

	snprintf(seed, sizeof seed, "%" PRIu64, result->seed);
	fputs("    <properties>\n", file);
	write_property("seed", seed, file);
	write_property("profile", result->profile, file);
	write_property("client", result->client, file);
	write_property("outcome", outcome_name(result->outcome), file);
	write_property("replay", result->replay, file);
	for (size_t i = 0; i < result->backup_count; i++) {
		char name[128];

		snprintf(name, sizeof name, "verdict.%s", result->backups[i].name);
		write_property(name, verdict_name(result->backups[i].verdict), file);
	}
	fputs("    </properties>\n", file);
}

/* Ends the case whose start tag is still open. */
static void write_outcome(enum outcome outcome, const char *message, FILE *file)
{
	if (!elements[outcome]) {
		fputs("/>\n", file);
		return;
	}
	fprintf(file, ">\n      <%s", elements[outcome]);
	write_attribute("message", message, file);
	if (outcome != OUTCOME_SKIPPED)
		write_attribute("type", outcome_name(outcome), file);
	fputs("/>\n    </testcase>\n", file);
}

static void write_step(
	const struct scenario_result *result, const struct step_result *step, FILE *file)
{
	fputs("    <testcase", file);
	write_attribute("classname", result->name, file);
	fputs(" name=\"", file);
	report_write_xml(step->phase, file);
	fputs(": ", file);
	report_write_xml(step->title, file);
	fputc('"', file);
	write_attribute("file", result->path, file);
	fprintf(file, " line=\"%u\" time=\"%.3f\"", step->place.line, seconds(step->duration_ns));
	write_outcome(step->outcome, step->message, file);
}

static void write_own_case(const struct scenario_result *result, FILE *file)
{
	fputs("    <testcase", file);
	write_attribute("classname", result->name, file);
	write_attribute("name", "scenario", file);
	write_attribute("file", result->path, file);
	fprintf(file, " time=\"%.3f\"", seconds(result->duration_ns));
	write_outcome(result->outcome, result->message, file);
}

static void write_leaks(const struct scenario_result *result, FILE *file)
{
	if (result->leak_count == 0)
		return;
	fputs("    <system-out>", file);
	for (size_t i = 0; i < result->leak_count; i++) {
		fputs("left behind: ", file);
		report_write_xml(result->leaks[i], file);
		fputc('\n', file);
	}
	fputs("</system-out>\n", file);
}

static void write_suite(const struct scenario_result *result, FILE *file)
{
	struct counts counts = { 0 };

	count_scenario(result, &counts);
	fputs("  <testsuite", file);
	write_attribute("name", result->name, file);
	write_counts(&counts, file);
	fputs(">\n", file);
	write_properties(result, file);
	for (size_t i = 0; i < result->step_count; i++)
		write_step(result, &result->steps[i], file);
	if (needs_own_case(result))
		write_own_case(result, file);
	write_leaks(result, file);
	fputs("  </testsuite>\n", file);
}

/* As a suite of its own, so that nobody takes a part for the whole. */
static void write_missing(const struct results *results, FILE *file)
{
	size_t missing = results_missing(results);

	if (missing == 0)
		return;
	fprintf(file,
		"  <testsuite name=\"snaprig\" tests=\"1\" failures=\"0\" errors=\"1\""
		" skipped=\"0\" time=\"0.000\">\n"
		"    <testcase classname=\"snaprig\" name=\"the whole run\" time=\"0.000\">\n"
		"      <error message=\"%zu of %zu scenarios have not ended\""
		" type=\"incomplete\"/>\n"
		"    </testcase>\n  </testsuite>\n",
		missing, results->planned_count);
}

void report_junit(const struct results *results, FILE *file)
{
	struct counts counts = { 0 };

	if (results_missing(results) > 0)
		count_case(&counts, OUTCOME_ERROR);
	for (size_t i = 0; i < results->scenario_count; i++)
		count_scenario(&results->scenarios[i], &counts);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"snaprig\"", file);
	write_counts(&counts, file);
	fputs(">\n", file);
	for (size_t i = 0; i < results->scenario_count; i++)
		write_suite(&results->scenarios[i], file);
	write_missing(results, file);
	fputs("</testsuites>\n", file);
}
