/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/report/html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/heap.h"
#include "scenarios/report/measures.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"

static double seconds(uint64_t duration_ns)
{
	return (double)duration_ns / (double)NS_PER_S;
}

static void write_text(const char *before, const char *text, const char *behind, FILE *file)
{
	fputs(before, file);
	report_write_xml(text ? text : "", file);
	fputs(behind, file);
}

/* ---- a scenario ---- */

static void write_backups(const struct scenario_result *result, FILE *file)
{
	if (result->backup_count == 0)
		return;
	fputs("<table><thead><tr><th>backup<th>of<th>verdict<th>exit<th>seconds<th>why"
	      "</thead><tbody>\n",
		file);
	for (size_t i = 0; i < result->backup_count; i++) {
		const struct backup_result *backup = &result->backups[i];

		write_text("<tr><td>", backup->name, "<td>", file);
		report_write_xml(backup->of, file);
		fprintf(file, "<td><span class=\"badge %s\">%s</span><td>%d<td>%.2f",
			verdict_name(backup->verdict), verdict_name(backup->verdict),
			backup->exit_status, seconds(backup->duration_ns));
		write_text("<td class=\"why\">", backup->reason, "\n", file);
	}
	fputs("</tbody></table>\n", file);
}

/* A backup that the client itself gave up is no restore point, whatever is left of it. */
static void write_differences(const struct scenario_result *result, FILE *file)
{
	for (size_t i = 0; i < result->backup_count; i++) {
		const struct backup_result *backup = &result->backups[i];

		if (backup->differences && backup->verdict != VERDICT_DETECTED)
			html_write_differences(result, backup, file);
	}
}

static void write_steps(const struct scenario_result *result, FILE *file)
{
	fputs("<table><thead><tr><th>phase<th>step<th>line<th>outcome<th>seconds<th>message"
	      "</thead><tbody>\n",
		file);
	for (size_t i = 0; i < result->step_count; i++) {
		const struct step_result *step = &result->steps[i];

		write_text("<tr><td>", step->phase, "<td>", file);
		report_write_xml(step->title, file);
		fprintf(file, "<td>%u:%u<td><span class=\"badge %s\">%s</span><td>%.2f",
			step->place.line, step->place.column, outcome_name(step->outcome),
			outcome_name(step->outcome), seconds(step->duration_ns));
		write_text("<td class=\"why\">", step->message, "\n", file);
	}
	fputs("</tbody></table>\n", file);
}

static void write_events(const struct timeline *timeline, FILE *file)
{
	fputs("<table><thead><tr><th>at<th>event<th>what</thead><tbody>\n", file);
	for (size_t i = 0; i < timeline->event_count; i++) {
		fprintf(file, "<tr><td>%.3f s", seconds(timeline->events[i].at_ns));
		write_text("<td>", timeline->events[i].name, "", file);
		write_text("<td>", timeline->events[i].text, "\n", file);
	}
	fputs("</tbody></table>\n", file);
	if (timeline->events_dropped > 0)
		fprintf(file, "<p>%zu more are left out.</p>\n", timeline->events_dropped);
}

static void write_panel(const char *title, bool is_open, FILE *file)
{
	fprintf(file, "<details%s><summary>%s</summary>\n", is_open ? " open" : "", title);
}

static void write_leaks(const struct scenario_result *result, FILE *file)
{
	if (result->leak_count == 0)
		return;
	fputs("<p>Left behind:</p><ul>\n", file);
	for (size_t i = 0; i < result->leak_count; i++)
		write_text("<li>", result->leaks[i], "\n", file);
	fputs("</ul>\n", file);
}

static void write_command(const char *command, FILE *file)
{
	if (!command)
		return;
	write_text("<p class=\"command\"><code>", command, "</code> ", file);
	fputs("<button type=\"button\" class=\"copy\">copy</button></p>\n", file);
}

static void write_flaky(const struct scenario_result *result, FILE *file)
{
	if (!result->flaky)
		return;
	fprintf(file, "<p class=\"message\">flaky: it passed in run %u; before: ", result->runs);
	write_text("", result->flaky, "</p>\n", file);
}

static void write_scenario(const struct scenario_result *result, size_t number, FILE *file)
{
	const char *outcome = outcome_name(result->outcome);
	bool is_good = result->outcome == OUTCOME_PASSED;

	fprintf(file, "<section id=\"s%zu\" data-outcome=\"%s\">\n<h2>", number, outcome);
	report_write_xml(result->name, file);
	fprintf(file, " <span class=\"badge %s\">%s</span></h2>\n", outcome, outcome);
	write_text("<p class=\"facts\">", result->path, ", profile ", file);
	write_text("", result->profile, ", client ", file);
	write_text("", result->client, "", file);
	fprintf(file, ", seed %" PRIu64 ", %.2f s</p>\n", result->seed,
		seconds(result->duration_ns));
	if (result->message)
		write_text("<p class=\"message\">", result->message, "</p>\n", file);
	write_flaky(result, file);
	write_command(result->replay, file);
	if (result->artifacts)
		write_text("<p>All logs are kept in <code>", result->artifacts, "</code>.</p>\n",
			file);
	if (result->timeline)
		html_write_timeline(result, file);
	write_backups(result, file);
	write_differences(result, file);
	write_leaks(result, file);
	write_panel("Steps", !is_good, file);
	write_steps(result, file);
	fputs("</details>\n", file);
	html_write_evidence(result, file);
	html_write_source(result, file);
	if (result->timeline) {
		write_panel("Events", false, file);
		write_events(result->timeline, file);
		fputs("</details>\n", file);
	}
	fputs("</section>\n", file);
}

/* ---- the page ---- */

static size_t count_of(const struct results *results, enum outcome outcome)
{
	size_t count = 0;

	for (size_t i = 0; i < results->scenario_count; i++)
		count += results->scenarios[i].outcome == outcome;
	return count;
}

/* The worst verdict of a client that the scenario met; NULL: none. */
static const char *verdict_of(const struct scenario_result *result)
{
	enum verdict worst = VERDICT_NONE;

	for (size_t i = 0; i < result->backup_count; i++)
		if (result->backups[i].verdict > worst)
			worst = result->backups[i].verdict;
	return worst == VERDICT_NONE ? NULL : verdict_name(worst);
}

static void write_row(const struct scenario_result *result, size_t number, FILE *file)
{
	const char *outcome = outcome_name(result->outcome), *verdict = verdict_of(result);

	fprintf(file, "<tr data-outcome=\"%s\"><td><a href=\"#s%zu\">", outcome, number);
	report_write_xml(result->name, file);
	write_text("</a><td>", result->profile, "<td>", file);
	report_write_xml(result->client, file);
	fprintf(file, "<td><span class=\"badge %s\">%s%s</span><td>", outcome, outcome,
		result->flaky ? ", flaky" : "");
	if (verdict)
		fprintf(file, "<span class=\"badge %s\">%s</span>", verdict, verdict);
	fprintf(file, "<td>%.2f\n", seconds(result->duration_ns));
}

static void write_summary(const struct results *results, const char *environment, FILE *file)
{
	uint64_t duration_ns = 0;

	for (size_t i = 0; i < results->scenario_count; i++)
		duration_ns += results->scenarios[i].duration_ns;
	fprintf(file,
		"<header><h1>Snaprig</h1>\n<p>%zu scenario%s in %.1f s:", results->scenario_count,
		results->scenario_count == 1 ? "" : "s", seconds(duration_ns));
	for (int outcome = OUTCOME_ERROR; outcome >= OUTCOME_PASSED; outcome--) {
		size_t count = count_of(results, (enum outcome)outcome);

		if (count > 0)
			fprintf(file, " <span class=\"badge %s\">%zu %s</span>",
				outcome_name((enum outcome)outcome), count,
				outcome_name((enum outcome)outcome));
	}
	if (results_missing(results) > 0)
		fprintf(file, "</p>\n<p class=\"message\">%zu scenarios have not ended",
			results_missing(results));
	write_text("</p>\n<p class=\"facts\">", environment, "</p>\n", file);
	fputs("<p><label>Show <input id=\"filter\" type=\"search\" "
	      "placeholder=\"a name, a client, an outcome\"></label></p></header>\n",
		file);
}

/* What did not pass first. */
static const struct scenario_result **in_order(const struct results *results)
{
	const struct scenario_result **list = heap_new(
		(results->scenario_count + 1) * sizeof(void *));
	size_t count = 0;

	for (int passed = 0; passed < 2; passed++)
		for (size_t i = 0; i < results->scenario_count; i++)
			if ((results->scenarios[i].outcome == OUTCOME_PASSED) == passed)
				list[count++] = &results->scenarios[i];
	return list;
}

void report_html(const struct results *results, const char *environment, FILE *file)
{
	const struct scenario_result **list = in_order(results);

	fprintf(file,
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
		"<title>Snaprig: %zu scenarios</title>\n<style>%s</style></head>\n<body>\n",
		results->scenario_count, html_style);
	fputs(html_patterns, file);
	write_summary(results, environment, file);
	fputs("<main><table id=\"index\"><thead><tr><th>scenario<th>profile<th>client<th>outcome"
	      "<th>worst verdict<th>seconds</thead><tbody>\n",
		file);
	for (size_t i = 0; i < results->scenario_count; i++)
		write_row(list[i], i + 1, file);
	fputs("</tbody></table>\n", file);
	for (size_t i = 0; i < results->scenario_count; i++)
		write_scenario(list[i], i + 1, file);
	fprintf(file, "</main><script>%s</script></body></html>\n", html_script);
	free(list);
}
