/* SPDX-License-Identifier: Apache-2.0 */
/* html_environment.c - the last section of a page: the machine, and the imitated profiles. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/report/html_page.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

char *html_environment_text(const struct environment *environment)
{
	char memory[32];

	/* One decimal is precise enough for memory. */
	if (environment->memory_bytes >= UINT64_C(1) << 30)
		snprintf(memory, sizeof memory, "%.1f GiB",
			(double)environment->memory_bytes / (double)(UINT64_C(1) << 30));
	else
		size_format(environment->memory_bytes, memory, sizeof memory);
	return heap_format("Snaprig %s, %s, %" PRIu64 " processor%s, %s of memory",
		environment->version, environment->kernel, environment->processors,
		environment->processors == 1 ? "" : "s", memory);
}

/* Returns the value of NAME of the PROFILE; "" if it has none. */
static const char *fact_of(
	const struct environment *environment, const char *profile, const char *name)
{
	for (size_t i = 0; i < environment->fact_count; i++) {
		const struct profile_fact *fact = &environment->facts[i];

		if (strcmp(fact->profile, profile) == 0 && strcmp(fact->name, name) == 0)
			return fact->value;
	}
	return "";
}

/* Returns whether the fact is the first of its profile, or the first with its name. */
static bool is_first(const struct environment *environment, size_t index, bool by_name)
{
	const struct profile_fact *one = &environment->facts[index];

	for (size_t i = 0; i < index; i++) {
		const struct profile_fact *fact = &environment->facts[i];

		if (strcmp(by_name ? fact->name : fact->profile,
			    by_name ? one->name : one->profile) == 0)
			return false;
	}
	return true;
}

static void write_profile(const struct environment *environment, const char *profile, FILE *file)
{
	html_text("<tr><th scope=\"row\">", profile, "", file);
	for (size_t i = 0; i < environment->fact_count; i++) {
		if (is_first(environment, i, true))
			html_text("<td>", fact_of(environment, profile, environment->facts[i].name),
				"", file);
	}
	fputc('\n', file);
}

static void write_profiles(const struct environment *environment,
	bool (*is_of_interest)(const void *context, const char *profile), const void *context,
	FILE *file)
{
	fputs("<table><caption>What was imitated</caption><thead><tr><th>profile", file);
	for (size_t i = 0; i < environment->fact_count; i++) {
		if (is_first(environment, i, true))
			html_text("<th>", environment->facts[i].name, "", file);
	}
	fputs("</thead><tbody>\n", file);
	for (size_t i = 0; i < environment->fact_count; i++) {
		const char *profile = environment->facts[i].profile;

		if (is_first(environment, i, false) && is_of_interest(context, profile))
			write_profile(environment, profile, file);
	}
	fputs("</tbody></table>\n", file);
}

void html_write_environments(const struct environments *list,
	bool (*is_of_interest)(const void *context, const char *profile), const void *context,
	FILE *file)
{
	if (list->count == 0)
		return;
	fputs("<section id=\"environment\"><h2>Environment</h2>\n", file);
	for (size_t i = 0; i < list->count; i++) {
		AUTO(auto_free) char *text = html_environment_text(&list->items[i]);

		if (list->count > 1)
			fprintf(file, "<p id=\"machine%zu\">Machine %zu: ", i + 1, i + 1);
		else
			fputs("<p>", file);
		html_text("", text, ".</p>\n", file);
	}
	/* The properties of profiles depend on the version, which is the same on all machines. */
	if (list->items[0].fact_count > 0)
		write_profiles(&list->items[0], is_of_interest, context, file);
	fputs("</section>\n", file);
}
