/* SPDX-License-Identifier: Apache-2.0 */
/*
 * junit.c - JUnit XML: a suite per scenario, a case per step.
 *
 * Readers agree on the elements and differ in the attributes: GitLab shows `file`; the schema of
 * Jenkins allows neither `file` nor `line`, nor `skipped` on the root element.
 */
#include <inttypes.h>
#include <string.h>

#include "scenarios/report/report.h"
#include "scenarios/report/text.h"
#include "simfs/base/clock.h"

/* The element that says why a case did not pass; NULL: it passed. */
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
 * A problem of the scenario as a whole (a missing tool, a mount that failed) belongs to none of
 * its steps, so it gets its own case; so does an earlier run.
 */
static bool needs_own_case(const struct scenario_result *result)
{
	if (result->flaky)
		return true;
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

static void write_counts(const struct counts *counts, bool with_skipped, FILE *file)
{
	fprintf(file, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", counts->tests,
		counts->failures, counts->errors);
	if (with_skipped)
		fprintf(file, " skipped=\"%zu\"", counts->skipped);
	fprintf(file, " time=\"%.3f\"", seconds(counts->duration_ns));
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
	write_property("flaky", result->flaky, file);
	for (size_t i = 0; i < result->backup_count; i++) {
		char name[128];

		snprintf(name, sizeof name, "verdict.%s", result->backups[i].name);
		write_property(name, verdict_name(result->backups[i].verdict), file);
	}
	fputs("    </properties>\n", file);
}

static void write_evidence(const struct scenario_result *result, FILE *file)
{
	if (result->replay) {
		fputs("replay: ", file);
		report_write_xml_text(result->replay, file);
		fputc('\n', file);
	}
	for (size_t i = 0; i < result->evidence_count; i++) {
		const struct evidence *evidence = &result->evidence[i];
		size_t length = strlen(evidence->text);

		fputs("\n---- ", file);
		report_write_xml_text(evidence->name, file);
		fprintf(file, "%s ----\n", evidence->is_cut ? ", its last lines" : "");
		report_write_xml_text(evidence->text, file);
		if (length > 0 && evidence->text[length - 1] != '\n')
			fputc('\n', file);
	}
}

/* In GitLab's format for files that belong to a case. */
static void write_attachments(const struct scenario_result *result, FILE *file)
{
	if (!result->artifacts)
		return;
	fputs("      <system-out>", file);
	for (size_t i = 0; i < result->evidence_count; i++) {
		fputs("[[ATTACHMENT|", file);
		report_write_xml_text(result->artifacts, file);
		fputc('/', file);
		report_write_xml_text(result->evidence[i].name, file);
		fputs("]]\n", file);
	}
	fputs("</system-out>\n", file);
}

/* Ends the case whose start tag is still open; the evidence is written once per scenario. */
static void write_outcome(const struct scenario_result *result, enum outcome outcome,
	const char *message, bool with_evidence, FILE *file)
{
	if (!elements[outcome]) {
		fputs("/>\n", file);
		return;
	}
	fprintf(file, ">\n      <%s", elements[outcome]);
	write_attribute("message", message, file);
	if (outcome == OUTCOME_SKIPPED) {
		fputs("/>\n    </testcase>\n", file);
		return;
	}
	write_attribute("type", outcome_name(outcome), file);
	fputc('>', file);
	report_write_xml_text(message ? message : "", file);
	fputc('\n', file);
	if (with_evidence)
		write_evidence(result, file);
	fprintf(file, "</%s>\n", elements[outcome]);
	if (with_evidence)
		write_attachments(result, file);
	fputs("    </testcase>\n", file);
}

static void write_step(const struct scenario_result *result, const struct step_result *step,
	bool with_evidence, bool is_strict, FILE *file)
{
	fputs("    <testcase", file);
	write_attribute("classname", result->name, file);
	fputs(" name=\"", file);
	report_write_xml(step->phase, file);
	fputs(": ", file);
	report_write_xml(step->title, file);
	fputc('"', file);
	if (!is_strict) {
		write_attribute("file", result->path, file);
		fprintf(file, " line=\"%u\"", step->place.line);
	}
	fprintf(file, " time=\"%.3f\"", seconds(step->duration_ns));
	write_outcome(result, step->outcome, step->message, with_evidence, file);
}

/* In Maven's format: the case passed, and the element describes another run. */
static void write_flaky(const struct scenario_result *result, FILE *file)
{
	fputs(">\n      <flakyFailure", file);
	write_attribute("message", result->flaky, file);
	fputs(" type=\"flaky\">", file);
	report_write_xml_text(result->flaky, file);
	fprintf(file, "\nit passed in run %u\n", result->runs);
	write_evidence(result, file);
	fputs("</flakyFailure>\n", file);
	write_attachments(result, file);
	fputs("    </testcase>\n", file);
}

static void write_own_case(const struct scenario_result *result, bool is_strict, FILE *file)
{
	fputs("    <testcase", file);
	write_attribute("classname", result->name, file);
	write_attribute("name", "scenario", file);
	if (!is_strict)
		write_attribute("file", result->path, file);
	fprintf(file, " time=\"%.3f\"", seconds(result->duration_ns));
	if (result->flaky)
		write_flaky(result, file);
	else
		write_outcome(result, result->outcome, result->message, true, file);
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

static void write_cases(const struct scenario_result *result, bool is_strict, FILE *file)
{
	bool is_told = false;

	for (size_t i = 0; i < result->step_count; i++) {
		const struct step_result *step = &result->steps[i];
		bool tells = !is_told && step->outcome == result->outcome;

		write_step(result, step, tells, is_strict, file);
		is_told = is_told || tells;
	}
	if (needs_own_case(result))
		write_own_case(result, is_strict, file);
}

static void write_suite(const struct scenario_result *result, bool is_strict, FILE *file)
{
	struct counts counts = { 0 };

	count_scenario(result, &counts);
	fputs("  <testsuite", file);
	write_attribute("name", result->name, file);
	write_counts(&counts, true, file);
	fputs(">\n", file);
	write_properties(result, file);
	write_cases(result, is_strict, file);
	write_leaks(result, file);
	fputs("  </testsuite>\n", file);
}

/* A separate suite, so that a partial result is not taken for the whole. */
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

static void document_write(const struct results *results, bool is_strict, FILE *file)
{
	struct counts counts = { 0 };

	if (results_missing(results) > 0)
		count_case(&counts, OUTCOME_ERROR);
	for (size_t i = 0; i < results->scenario_count; i++)
		count_scenario(&results->scenarios[i], &counts);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"snaprig\"", file);
	write_counts(&counts, !is_strict, file);
	fputs(">\n", file);
	for (size_t i = 0; i < results->scenario_count; i++)
		write_suite(&results->scenarios[i], is_strict, file);
	write_missing(results, file);
	fputs("</testsuites>\n", file);
}

void report_junit(const struct results *results, FILE *file)
{
	document_write(results, false, file);
}

void report_jenkins(const struct results *results, FILE *file)
{
	document_write(results, true, file);
}
