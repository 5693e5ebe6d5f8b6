/* SPDX-License-Identifier: Apache-2.0 */
/* html_scenario.c - the result of one scenario: why, where, when, and how to repeat it. */
#include <inttypes.h>
#include <string.h>

#include "scenarios/base/quote.h"
#include "scenarios/report/html.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

#define EVENTS_IN_BRIEF 8

/* More would hide what follows. */
#define LEAKS_AT_ONCE 10

static double seconds(uint64_t duration_ns)
{
	return (double)duration_ns / (double)NS_PER_S;
}

/* The scenario's message already contains the reason. */
static bool is_told(const struct scenario_result *result, const struct backup_result *backup)
{
	return backup->reason && result->message && strstr(result->message, backup->reason);
}

/* In a brief section, a good verdict needs no reason. */
static const char *reason_of(const struct scenario_result *result,
	const struct backup_result *backup, const struct html_order *order)
{
	bool is_good = backup->verdict == VERDICT_INTACT || backup->verdict == VERDICT_DETECTED ||
		       backup->verdict == VERDICT_RECOVERED;

	if (is_told(result, backup))
		return "as above";
	return order->is_brief && is_good ? NULL : backup->reason;
}

static void write_backups(
	const struct scenario_result *result, const struct html_order *order, FILE *file)
{
	bool has_reasons = false;

	if (result->backup_count == 0)
		return;
	for (size_t i = 0; i < result->backup_count; i++)
		has_reasons = has_reasons || reason_of(result, &result->backups[i], order);
	fprintf(file,
		"<table><thead><tr><th>backup<th>of<th>verdict<th>exit<th>seconds%s"
		"</thead><tbody>\n",
		has_reasons ? "<th>why" : "");
	for (size_t i = 0; i < result->backup_count; i++) {
		const struct backup_result *backup = &result->backups[i];

		html_text("<tr><td>", backup->name, "<td>", file);
		report_write_xml(backup->of, file);
		fprintf(file, "<td><span class=\"badge %s\">%s</span><td>%d<td>%.2f",
			verdict_name(backup->verdict), verdict_name(backup->verdict),
			backup->exit_status, seconds(backup->duration_ns));
		html_text(has_reasons ? "<td class=\"why\">" : "", reason_of(result, backup, order),
			"\n", file);
	}
	fputs("</tbody></table>\n", file);
}

/* A backup that the client itself reported as failed is not a restore point, whatever remains of
 * it. */
static void write_differences(
	const struct scenario_result *result, const struct html_order *order, FILE *file)
{
	for (size_t i = 0; i < result->backup_count; i++) {
		const struct backup_result *backup = &result->backups[i];

		if (backup->differences && backup->verdict != VERDICT_DETECTED)
			html_write_differences(result, backup, order, file);
	}
}

/* Steps of a repetition are many and differ only in names: those that passed become one row.  The
 * steps of a named failure are at one place, too, but each does something different. */
static bool is_again(const struct step_result *step, const struct step_result *other)
{
	size_t length = strcspn(step->title, "'");

	return step->outcome == OUTCOME_PASSED && other->outcome == OUTCOME_PASSED &&
	       step->place.line == other->place.line && step->place.column == other->place.column &&
	       strcspn(other->title, "'") == length &&
	       strncmp(step->title, other->title, length) == 0;
}

static size_t again_count(const struct scenario_result *result, size_t index)
{
	size_t count = 0;

	for (size_t i = index + 1; i < result->step_count; i++)
		count += is_again(&result->steps[index], &result->steps[i]);
	return count;
}

static bool was_before(const struct scenario_result *result, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (is_again(&result->steps[index], &result->steps[i]))
			return true;
	return false;
}

/* A scenario that passed says nothing about its steps. */
static void write_step_outcome(const struct step_result *step, FILE *file)
{
	const char *outcome = outcome_name(step->outcome);

	fputs("<td>", file);
	if (step->outcome == OUTCOME_PASSED)
		fputs(outcome, file);
	else
		html_badge(outcome, outcome, file);
	html_text(step->message ? "<td class=\"why\">" : "<td>", step->message, "", file);
}

static void write_step(
	const struct scenario_result *result, size_t index, bool with_outcomes, FILE *file)
{
	const struct step_result *step = &result->steps[index];
	bool is_same_phase = index > 0 && strcmp(step->phase, result->steps[index - 1].phase) == 0;
	size_t again = again_count(result, index);

	html_text("<tr><td>", is_same_phase ? NULL : step->phase, "<td>", file);
	html_text("", step->title, "", file);
	if (again > 0)
		fprintf(file, ", and %zu more of it", again);
	fprintf(file, "<td>%u:%u<td>", step->place.line, step->place.column);
	if (step->duration_ns >= NS_PER_S / 200)
		fprintf(file, "%.2f", seconds(step->duration_ns));
	if (with_outcomes)
		write_step_outcome(step, file);
	fputc('\n', file);
}

/* If one of many passed, its steps are lines of text: a phase, and its steps with their lines. */
static void write_step_lines(const struct scenario_result *result, FILE *file)
{
	const char *phase = "";

	fputs("<pre>", file);
	for (size_t i = 0; i < result->step_count; i++) {
		const struct step_result *step = &result->steps[i];
		size_t again = again_count(result, i);

		if (was_before(result, i))
			continue;
		if (strcmp(step->phase, phase) != 0)
			html_text("", step->phase, "\n", file);
		phase = step->phase;
		fprintf(file, "%4u ", step->place.line);
		html_text("", step->title, "", file);
		if (again > 0)
			fprintf(file, ", and %zu more of it", again);
		fputc('\n', file);
	}
	fputs("</pre>\n", file);
}

static void write_steps(const struct scenario_result *result, FILE *file)
{
	bool with_outcomes = result->outcome != OUTCOME_PASSED;

	fprintf(file, "<table><thead><tr><th>phase<th>step<th>line<th>seconds%s</thead><tbody>\n",
		with_outcomes ? "<th>outcome<th>message" : "");
	for (size_t i = 0; i < result->step_count; i++)
		if (!was_before(result, i))
			write_step(result, i, with_outcomes, file);
	fputs("</tbody></table>\n", file);
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
	size_t index = 0;

	while (index < count && strcmp(name, names[index]) != 0)
		index++;
	return index < count;
}

/* The drawing shows it already, or, in a brief section, a step does. */
static bool is_told_elsewhere(const struct timeline_event *event, const struct html_order *order)
{
	static const char *const drawn[] = { "phase", "mounted" };
	static const char *const steps[] = { "snapshot.created", "snapshot.deleted", "fault.added",
		"fault.removed", "gauge.set", "gauge.released", "writers.begun", "writers.frozen",
		"writers.thawed" };

	return is_one_of(event->name, drawn, sizeof drawn / sizeof drawn[0]) ||
	       (order->is_brief && is_one_of(event->name, steps, sizeof steps / sizeof steps[0]));
}

static void write_events(
	const struct scenario_result *result, const struct html_order *order, FILE *file)
{
	const struct timeline *timeline = result->timeline;
	size_t most = order->is_brief ? EVENTS_IN_BRIEF : timeline->event_count, written = 0;
	size_t left_out = timeline->events_dropped;

	fputs("<table><thead><tr><th>at<th>event<th>what</thead><tbody>\n", file);
	for (size_t i = 0; i < timeline->event_count; i++) {
		const struct timeline_event *event = &timeline->events[i];

		if (is_told_elsewhere(event, order))
			continue;
		if (written == most) {
			left_out++;
			continue;
		}
		written++;
		fprintf(file, "<tr><td>%.3f s", seconds(event->at_ns));
		html_text("<td>", event->name, "", file);
		html_text("<td>", event->text, "\n", file);
	}
	fputs("</tbody></table>\n", file);
	if (left_out > 0)
		fprintf(file, "<p>%zu more are left out.</p>\n", left_out);
}

static bool has_events(const struct scenario_result *result, const struct html_order *order)
{
	if (order->is_one_of_many)
		return false;
	for (size_t i = 0; result->timeline && i < result->timeline->event_count; i++)
		if (!is_told_elsewhere(&result->timeline->events[i], order))
			return true;
	return false;
}

static void write_leak_list(
	const struct scenario_result *result, size_t first, size_t end, FILE *file)
{
	fputs("<ul>\n", file);
	for (size_t i = first; i < end; i++)
		html_text("<li>", result->leaks[i], "\n", file);
	fputs("</ul>\n", file);
}

static void write_leaks(const struct scenario_result *result, FILE *file)
{
	size_t count = result->leak_count, shown = count < LEAKS_AT_ONCE ? count : LEAKS_AT_ONCE;
	AUTO(auto_free) char *rest = heap_format("%zu more", count - shown);

	if (count == 0)
		return;
	fputs("<p>Left behind:</p>\n", file);
	write_leak_list(result, 0, shown, file);
	if (count == shown)
		return;
	html_panel_begin(rest, false, file);
	write_leak_list(result, shown, count, file);
	html_panel_end(file);
}

static void write_flaky(const struct scenario_result *result, FILE *file)
{
	if (!result->flaky)
		return;
	fprintf(file, "<p class=\"message\">flaky: it passed in run %u; before: ", result->runs);
	html_text("", result->flaky, "</p>\n", file);
}

/* ---- how to have it again ---- */

static bool has_struck(const struct scenario_result *result)
{
	const struct timeline *timeline = result->timeline;

	for (size_t i = 0; timeline && i < timeline->event_count; i++)
		if (strcmp(timeline->events[i].name, "fault.fired") == 0)
			return true;
	return false;
}

/* With a record, it can be replayed to the strike; without one, the command makes one first. */
static void write_commands(const struct scenario_result *result, FILE *file)
{
	AUTO(auto_free)
	char *place = result->record ? heap_copy(result->record)
				     : heap_format("records/%s.jsonl", result->name);
	AUTO(auto_free) char *quoted = shell_quote(place);
	AUTO(auto_free)
	char *record = heap_format(
		"%s%s", quoted, result->replay_words ? result->replay_words : "");
	AUTO(auto_free) char *exactly = heap_format("snaprig replay %s", record);
	AUTO(auto_free)
	char *shrink = result->record ? heap_format("snaprig shrink %s", record)
				      : heap_format("%s --record records; snaprig shrink %s",
						result->replay, record);

	if (!result->replay)
		return;
	html_command("Run it again", result->replay, file);
	if (result->record)
		html_command("Repeat exactly what struck", exactly, file);
	if (outcome_is_bad(result->outcome) && has_struck(result))
		html_command("Find the fewest faults that lead there", shrink, file);
}

/* ---- all of it ---- */

/* One of many is identified by the command that runs it again, which follows. */
static void write_facts(
	const struct scenario_result *result, const struct html_order *order, FILE *file)
{
	html_text("<p class=\"facts\">", order->is_one_of_many ? "" : result->path,
		order->is_one_of_many ? "profile " : ", profile ", file);
	html_text("<a href=\"#environment\">", result->profile, "</a>, client ", file);
	html_text("", result->client, "", file);
	if (result->client_version)
		html_text(" (", result->client_version, ")", file);
	fprintf(file, ", seed %" PRIu64 ", %.2f s", result->seed, seconds(result->duration_ns));
	if (order->several_machines)
		fprintf(file, ", <a href=\"#machine%zu\">machine %zu</a>", result->environment + 1,
			result->environment + 1);
	fputs("</p>\n", file);
}

static void write_panels(
	const struct scenario_result *result, const struct html_order *order, FILE *file)
{
	bool is_bad = outcome_is_bad(result->outcome);

	/* With scripts enabled, they are tabs. */
	fputs(is_bad ? "<div class=\"panels\">\n" : "", file);
	html_panel_begin("Steps", is_bad, file);
	if (order->is_one_of_many && result->outcome == OUTCOME_PASSED)
		write_step_lines(result, file);
	else
		write_steps(result, file);
	html_panel_end(file);
	html_write_evidence(result, order, file);
	html_write_source(result, order, file);
	if (has_events(result, order)) {
		html_panel_begin("Events", false, file);
		write_events(result, order, file);
		html_panel_end(file);
	}
	fputs(is_bad ? "</div>\n" : "", file);
}

static void write_content(
	const struct scenario_result *result, const struct html_order *order, FILE *file)
{
	if (result->about)
		html_text("<p>", result->about, "</p>\n", file);
	if (result->message)
		html_text("<p class=\"message\">", result->message, "</p>\n", file);
	write_flaky(result, file);
	write_facts(result, order, file);
	write_commands(result, file);
	if (result->artifacts)
		html_text("<p>All logs are kept in <code>", result->artifacts, "</code>.</p>\n",
			file);
	write_differences(result, order, file);
	if (result->timeline)
		html_write_timeline(result, order, file);
	write_backups(result, order, file);
	write_leaks(result, file);
	write_panels(result, order, file);
}

/* Scenarios that passed are collapsed. */
void html_write_scenario(const struct scenario_result *result, size_t number,
	const struct html_order *order, FILE *file)
{
	const char *outcome = outcome_name(result->outcome);
	bool is_folded = !outcome_is_bad(result->outcome);

	fprintf(file, "<section id=\"s%zu\" data-outcome=\"%s\">\n%s", number, outcome,
		is_folded ? "<details class=\"whole\"><summary>" : "");
	html_text("<h2>", result->name, " ", file);
	html_badge(outcome, outcome, file);
	fputs(is_folded ? "</h2></summary>\n" : "</h2>\n", file);
	write_content(result, order, file);
	fputs(is_folded ? "</details></section>\n" : "</section>\n", file);
}
