/* SPDX-License-Identifier: Apache-2.0 */
/* check_report.c - what came of a check, for people and for programs. */
#include <stdio.h>
#include <string.h>

#include "scenarios/base/heap.h"
#include "scenarios/cli/check.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"

json_t *check_json(const struct check_result *result)
{
	json_t *leaks = json_array();

	for (size_t i = 0; i < result->leak_count; i++)
		json_array_append_new(leaks, report_text_json(result->leaks[i]));
	return json_pack("{s:o, s:s, s:s, s:i, s:o, s:I, s:o, s:f, s:I, s:o, s:o}", "failure",
		report_text_json(result->failure), "profile", result->profile, "verdict",
		result->verdict, "code", result->code, "exit",
		result->client_exit < 0 ? json_null() : json_integer(result->client_exit), "fired",
		(json_int_t)result->fired, "leaks", leaks, "seconds", result->seconds, "seed",
		(json_int_t)result->seed, "why", report_text_json(result->why), "replay",
		report_text_json(result->replay));
}

static char *title_of(const struct check_result *result)
{
	return result->failure ? heap_format("%s (%s)", result->failure, result->profile)
			       : heap_format("none (%s)", result->profile);
}

static void print_line(const char *name, const char *value)
{
	printf("%-9s  %s\n", name, value);
}

void check_print(const struct check_result *result)
{
	AUTO(auto_free) char *title = title_of(result);
	AUTO(auto_free)
	char *client = result->client_exit < 0 ? heap_copy("was not run")
					       : heap_format("exit %d", result->client_exit);
	AUTO(auto_free)
	char *fired = heap_format(
		"%llu time%s", (unsigned long long)result->fired, result->fired == 1 ? "" : "s");

	print_line("verdict", result->verdict);
	print_line("why", result->why);
	print_line("failure", title);
	print_line("struck", fired);
	print_line("client", client);
	for (size_t i = 0; i < result->leak_count; i++)
		print_line("leak", result->leaks[i]);
	print_line("replay", result->replay);
}

#define ROW "%-32s %-22s %4s %6s %5s %8s\n"

void check_print_heading(void)
{
	printf(ROW, "FAILURE", "VERDICT", "EXIT", "STRUCK", "LEAKS", "SECONDS");
}

void check_print_row(const struct check_result *result)
{
	AUTO(auto_free) char *title = title_of(result);
	char client[16] = "-", fired[24], leaks[24], seconds[24];

	if (result->client_exit >= 0)
		snprintf(client, sizeof client, "%d", result->client_exit);
	snprintf(fired, sizeof fired, "%llu", (unsigned long long)result->fired);
	snprintf(leaks, sizeof leaks, "%zu", result->leak_count);
	snprintf(seconds, sizeof seconds, "%.1f", result->seconds);
	printf(ROW, title, result->verdict, client, fired, leaks, seconds);
}
