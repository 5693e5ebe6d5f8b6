/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/report/html.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

/* With more scenarios, those that passed are shorter, so that the page fits into a mail. */
#define MANY 100

/* How many of those that did not pass are shown in full. */
#define WHOLE_MAX 20

/* For logs and files of all that did not pass: failures in one run often have the same cause. */
#define TEXTS_BYTES ((size_t)300 << 10)

static double seconds(uint64_t duration_ns)
{
	return (double)duration_ns / (double)NS_PER_S;
}

static size_t count_of(const struct results *results, enum outcome outcome)
{
	size_t count = 0;

	for (size_t i = 0; i < results->scenario_count; i++)
		count += results->scenarios[i].outcome == outcome;
	return count;
}

static size_t bad_count(const struct results *results)
{
	size_t count = 0;

	for (size_t i = 0; i < results->scenario_count; i++)
		count += outcome_is_bad(results->scenarios[i].outcome);
	return count;
}

/* ---- the summary ---- */

/* The most important numbers. */
static void write_headline(const struct results *results, FILE *file)
{
	size_t bad = bad_count(results), missing = results_missing(results);
	size_t count = results->scenario_count;

	if (missing > 0)
		fprintf(file, "<p class=\"headline bad\">%zu scenario%s not ended</p>\n", missing,
			missing == 1 ? " has" : "s have");
	if (bad > 0)
		fprintf(file, "<p class=\"headline bad\">%zu of %zu scenario%s did not pass</p>\n",
			bad, count, count == 1 ? "" : "s");
	else if (missing == 0)
		fprintf(file, "<p class=\"headline good\">%s</p>\n",
			count == 0				     ? "There was nothing to run"
			: count_of(results, OUTCOME_PASSED) == count ? "All scenarios passed"
								     : "No scenario failed");
}

static void write_counts(const struct results *results, FILE *file)
{
	uint64_t duration_ns = 0;

	for (size_t i = 0; i < results->scenario_count; i++)
		duration_ns += results->scenarios[i].duration_ns;
	fprintf(file, "<p>%zu scenario%s, %.1f s of work:", results->scenario_count,
		results->scenario_count == 1 ? "" : "s", seconds(duration_ns));
	for (int outcome = OUTCOME_ERROR; outcome >= OUTCOME_PASSED; outcome--) {
		const char *name = outcome_name((enum outcome)outcome);
		size_t count = count_of(results, (enum outcome)outcome);
		AUTO(auto_free) char *text = heap_format("%zu %s", count, name);

		fputs(count > 0 ? " " : "", file);
		if (count > 0)
			html_badge(name, text, file);
	}
	fputs("</p>\n", file);
}

static void write_summary(const struct results *results, FILE *file)
{
	fputs("<header><h1>Snaprig</h1>\n", file);
	write_headline(results, file);
	write_counts(results, file);
	for (size_t i = 0; i < results->environments.count; i++) {
		AUTO(auto_free)
		char *text = html_environment_text(&results->environments.items[i]);

		html_text("<p class=\"facts\">", text, "</p>\n", file);
	}
	fputs("<p><label>Show <input id=\"filter\" type=\"search\" "
	      "placeholder=\"a name, a client, an outcome\"></label></p></header>\n",
		file);
}

/* ---- the index ---- */

/* Returns the worst verdict of all its backups; NULL if there were none. */
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
	AUTO(auto_free)
	char *told = heap_format("%s%s", outcome, result->flaky ? ", flaky" : "");

	fprintf(file, "<tr data-outcome=\"%s\"><td><a href=\"#s%zu\">", outcome, number);
	html_text("", result->name, "</a>", file);
	if (result->message)
		html_text("<div class=\"short\">", result->message, "</div>", file);
	fputs("<td>", file);
	html_badge(outcome, told, file);
	fputs("<td>", file);
	if (verdict)
		html_badge(verdict, verdict, file);
	html_text("<td>", result->profile, "", file);
	html_text("<td>", result->client, "", file);
	fprintf(file, "<td>%.2f\n", seconds(result->duration_ns));
}

static unsigned rank_of(const struct scenario_result *result)
{
	return outcome_is_bad(result->outcome) ? 0 : result->outcome == OUTCOME_SKIPPED ? 1 : 2;
}

/* Those that did not pass first, then the skipped ones. */
static const struct scenario_result **in_order(const struct results *results)
{
	const struct scenario_result **list = heap_new(
		(results->scenario_count + 1) * sizeof(void *));
	size_t count = 0;

	for (unsigned rank = 0; rank < 3; rank++)
		for (size_t i = 0; i < results->scenario_count; i++)
			if (rank_of(&results->scenarios[i]) == rank)
				list[count++] = &results->scenarios[i];
	return list;
}

static bool is_used(const void *context, const char *profile)
{
	const struct results *results = context;

	for (size_t i = 0; i < results->scenario_count; i++)
		if (strcmp(results->scenarios[i].profile, profile) == 0)
			return true;
	return false;
}

void report_html(const struct results *results, FILE *file)
{
	const struct scenario_result **list = in_order(results);
	size_t bad = bad_count(results), whole = bad < WHOLE_MAX ? bad : WHOLE_MAX;
	struct html_order order = {
		.several_machines = results->environments.count > 1,
		.text_bytes = TEXTS_BYTES / (bad > 0 ? bad : 1),
	};
	AUTO(auto_free)
	char *title = heap_format("Snaprig: %zu of %zu did not pass", bad, results->scenario_count);

	html_page_begin(title, file);
	write_summary(results, file);
	fputs("<main><table id=\"index\"><thead><tr><th>scenario<th>outcome<th>worst verdict"
	      "<th>profile<th>client<th>seconds</thead><tbody>\n",
		file);
	for (size_t i = 0; i < results->scenario_count; i++)
		write_row(list[i], i + 1, file);
	fputs("</tbody></table>\n", file);
	for (size_t i = 0; i < results->scenario_count; i++) {
		if (i == whole)
			html_write_timelines_legend(file);
		order.is_brief = i >= whole;
		order.is_one_of_many = order.is_brief && results->scenario_count > MANY;
		html_write_scenario(list[i], i + 1, &order, file);
	}
	html_write_environments(&results->environments, is_used, results, file);
	fputs("</main>", file);
	html_page_end(file);
	free(list);
}
