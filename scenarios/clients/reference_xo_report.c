/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_report.c - the mail "Backup report", as plain text.
 *
 * The subject, the headings and the labels are Xen Orchestra's; what its mail puts side by side is
 * in one line here.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference.h"
#include "scenarios/clients/reference_xo_error.h"
#include "scenarios/clients/reference_xo_log.h"
#include "simfs/base/json_output.h"

static const char unhealthy_text[] =
	"(unhealthy VDI chain) Job canceled to protect the VDI chain. See "
	"https://docs.xen-orchestra.com/backup_troubleshooting#vdi-chain-protection";

/* The name of each status in headings, and before the reason. */
static const struct {
	const char *status;
	const char *heading;
	const char *why;
} headings[] = {
	{ "failure", "Failure", "Failure Error" },
	{ "skipped", "Skipped", "Skipped Reason" },
	{ "interrupted", "Interrupted", "Interrupted" },
	{ "success", "Success", "" },
};

static void print_time(const char *what, const json_t *task, const char *key)
{
	json_t *ms = json_object_get(task, key);
	time_t seconds = (time_t)(json_integer_value(ms) / 1000);
	struct tm now;
	char text[64];

	if (!ms)
		return;
	gmtime_r(&seconds, &now);
	strftime(text, sizeof text, "%A, %B %d %Y, %I:%M:%S %p", &now);
	printf("%s: %s\n", what, text);
}

static void print_times(const json_t *task)
{
	print_time("Start time", task, "start");
	print_time("End time", task, "end");
}

static void print_warnings(const json_t *task)
{
	json_t *child;
	size_t i;

	json_array_foreach(json_object_get(task, "warnings"), i, child)
		printf("Warning: %s\n", member_text(child, "message"));
	json_array_foreach(json_object_get(task, "tasks"), i, child) print_warnings(child);
}

static void print_tasks(const json_t *task, int depth)
{
	json_t *child, *size;
	size_t i;

	json_array_foreach(json_object_get(task, "tasks"), i, child)
	{
		printf("%*s%s: %s", depth, "", member_text(child, "message"),
			member_text(child, "status"));
		size = json_object_get(json_object_get(child, "result"), "size");
		if (size)
			printf(", %" JSON_INTEGER_FORMAT " bytes", json_integer_value(size));
		putchar('\n');
		print_tasks(child, depth + 2);
	}
}

static void print_vm(const json_t *task)
{
	const char *status = member_text(task, "status");
	const char *why = member_text(json_object_get(task, "result"), "message");
	const json_t *data = json_object_get(task, "data");

	for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++) {
		if (strcmp(status, headings[i].status) != 0)
			continue;
		printf("\n1 %s\n\n%s\nUUID: %s\n", headings[i].heading,
			member_text(data, "name_label"), member_text(data, "id"));
		print_times(task);
		print_warnings(task);
		print_tasks(task, 0);
		if (*why)
			printf("%s: %s\n", headings[i].why,
				strcmp(why, XO_UNHEALTHY) == 0 ? unhealthy_text : why);
	}
}

void xo_report_print(const json_t *log)
{
	const char *status = member_text(log, "status");
	const char *why = member_text(json_object_get(log, "result"), "message");
	json_t *tasks = json_object_get(log, "tasks"), *task;
	size_t i;

	printf("Subject: [Xen Orchestra] %s − Backup report for %s\n\n", status,
		member_text(log, "jobName"));
	printf("Global status: %s\nJob ID: %s\nRun ID: %s\nMode: %s\n", status,
		member_text(log, "jobId"), member_text(log, "id"),
		member_text(json_object_get(log, "data"), "mode"));
	print_times(log);
	if (*why)
		printf("Error: %s\n", why);
	json_array_foreach(tasks, i, task) print_vm(task);
	fflush(stdout);
}

int xo_log_report(const json_t *log, bool as_json)
{
	const char *status = xo_task_status(log);

	if (as_json) {
		json_output_write(log, JSON_OUTPUT_FLAGS, stdout);
	} else {
		xo_report_print(log);
	}
	if (strcmp(status, "success") == 0)
		return 0;
	return strcmp(status, "skipped") == 0 ? REFERENCE_EXIT_SKIPPED : REFERENCE_EXIT_TARGET;
}
