/* SPDX-License-Identifier: Apache-2.0 */
/* html_panels.c - the evidence of a scenario that did not pass. */
#include <string.h>

#include "scenarios/base/files.h"
#include "scenarios/report/html.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* Of a scenario's file; more than is written by hand. */
#define SOURCE_LINES_MAX 2000
#define SOURCE_BYTES_MAX 65536

/* Returns the end of TEXT, at most BYTES, in whole lines if there are any. */
static const char *end_of(const char *text, size_t bytes)
{
	size_t length = strlen(text);
	const char *end, *line;

	if (length <= bytes)
		return text;
	end = text + length - bytes;
	line = strchr(end, '\n');
	return line && line[1] ? line + 1 : end;
}

void html_write_evidence(
	const struct scenario_result *result, const struct html_order *order, FILE *file)
{
	for (size_t i = 0; i < result->evidence_count; i++) {
		const struct evidence *evidence = &result->evidence[i];
		const char *text = end_of(
			evidence->text, order->text_bytes / result->evidence_count);

		html_panel_begin(evidence->name, i == 0, file);
		if (evidence->is_cut || text != evidence->text)
			fputs("<p>Its last lines:</p>\n", file);
		html_text("<pre class=\"log\">", text, "</pre>", file);
		html_panel_end(file);
	}
}

static bool went_wrong_at(const struct scenario_result *result, unsigned line)
{
	for (size_t i = 0; i < result->step_count; i++)
		if (result->steps[i].place.line == line &&
			result->steps[i].outcome != OUTCOME_PASSED)
			return true;
	return false;
}

/* Writes the LENGTH bytes of LINE as the line with this NUMBER. */
static void source_line_write(const struct scenario_result *result, unsigned number,
	const char *line, size_t length, FILE *file)
{
	AUTO(auto_free) char *text = heap_format("%4u  %.*s", number, (int)length, line);
	bool is_marked = went_wrong_at(result, number);

	fputs(is_marked ? "<mark>" : "", file);
	report_write_xml(text, file);
	fputs(is_marked ? "</mark>\n" : "\n", file);
}

void html_write_source(
	const struct scenario_result *result, const struct html_order *order, FILE *file)
{
	AUTO(auto_free) char *text = NULL;
	const char *at;
	unsigned number = 0;

	if (!outcome_is_bad(result->outcome))
		return;
	text = file_text(result->path);
	if (!text || strlen(text) > SOURCE_BYTES_MAX || strlen(text) > order->text_bytes)
		return;
	html_panel_begin(result->path, false, file);
	fputs("<pre>", file);
	for (at = text; *at && number < SOURCE_LINES_MAX;) {
		size_t length = strcspn(at, "\n");

		source_line_write(result, ++number, at, length, file);
		at += length + (at[length] == '\n');
	}
	fputs("</pre>", file);
	html_panel_end(file);
}
