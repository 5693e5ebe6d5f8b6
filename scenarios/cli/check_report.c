/* SPDX-License-Identifier: Apache-2.0 */
/* check_report.c - the result of a check, for people and for programs. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/cli/check.h"
#include "scenarios/report/measures.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/control/protocol.h"

json_t *check_json(const struct check_result *result)
{
	json_t *leaks = json_array();

	for (size_t i = 0; i < result->leak_count; i++)
		json_array_append_new(leaks, report_text_json(result->leaks[i]));
	return json_pack("{s:o, s:s, s:s, s:s?, s:i, s:o, s:I, s:o, s:f, s:I, s:o, s:o, s:o, s:o}",
		"failure", report_text_json(result->failure), "profile", result->profile, "verdict",
		result->verdict, "remedy", result->remedy, "code", result->code, "exit",
		result->client_exit < 0 ? json_null() : json_integer(result->client_exit), "fired",
		(json_int_t)result->fired, "leaks", leaks, "seconds", result->seconds, "seed",
		(json_int_t)result->seed, "why", report_text_json(result->why), "replay",
		report_text_json(result->replay), "reads", measures_reads_json(&result->measures),
		"run", measures_run_json(&result->measures));
}

int check_json_print(json_t *object)
{
	int exit_code = json_output_print(object);

	json_decref(object);
	return exit_code;
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

static double milliseconds(uint64_t ns)
{
	return (double)ns / (double)NS_PER_MS;
}

static void print_reads(const struct measures *measures)
{
	char read[32], again[32], holes[32], unread[32];
	AUTO(auto_free) char *sizes = measures_sizes_text(measures);
	AUTO(auto_free)
	char *reads = heap_format("%s; %.0f %% in sequence, %" PRIu64 " at a time at most, %" PRIu64
				  " failed",
		sizes, measures_sequence_percent(measures), measures->in_flight_max,
		measures->read_errors);
	AUTO(auto_free)
	char *of_map = heap_format("; %s of holes, %s of data never read",
		size_format(measures->bytes_of_holes, holes, sizeof holes),
		size_format(measures->bytes_unread, unread, sizeof unread));
	AUTO(auto_free)
	char *bytes = heap_format("%s, %s of it again%s",
		size_format(measures->read_bytes, read, sizeof read),
		size_format(measures->bytes_again, again, sizeof again),
		measures->has_map ? of_map : "");

	print_line("reads", measures->reads > 0 ? reads : "none");
	if (measures->reads > 0)
		print_line("read", bytes);
}

static char *latency_text(const char *when, const struct write_latency *latency)
{
	if (latency->count == 0)
		return heap_format("none %s", when);
	return heap_format("%s p50 %.2f ms, p99 %.2f ms (%" PRIu64 ")", when,
		milliseconds(latency->p50_ns), milliseconds(latency->p99_ns), latency->count);
}

static void print_fallback(const struct measures *measures)
{
	char read[32];
	AUTO(auto_free)
	char *live = heap_format("%s of it read, and no good snapshot",
		size_format(measures->live_read_bytes, read, sizeof read));

	print_line("live", live);
}

static void print_measures(const struct measures *measures)
{
	char memory[32], store[32];
	AUTO(auto_free)
	char *ran = heap_format("%.3f s, %.1f MiB/s; %.3f s of CPU, %s of memory",
		(double)measures->duration_ns / (double)NS_PER_S,
		measures_rate(measures) / (1 << 20), (double)measures->cpu_ns / (double)NS_PER_S,
		size_format(measures->memory_bytes, memory, sizeof memory));
	AUTO(auto_free) char *before = latency_text("before", &measures->before);
	AUTO(auto_free) char *during = latency_text("during", &measures->during);
	AUTO(auto_free) char *writes = heap_format("%s; %s", before, during);

	if (!measures->is_there)
		return;
	print_line("ran", ran);
	if (measures->has_reads) {
		print_reads(measures);
		print_line("store", size_format(measures->store_bytes, store, sizeof store));
	}
	if (measures->fell_back)
		print_fallback(measures);
	if (measures->before.count > 0 || measures->during.count > 0)
		print_line("writes", writes);
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
	print_measures(&result->measures);
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
	if (result->code == EXIT_RIG || result->code == EXIT_INCONCLUSIVE)
		log_info("%s: %s: %s", title, result->verdict, result->why);
}
