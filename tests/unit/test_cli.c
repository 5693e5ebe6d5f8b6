/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands about volumes print, and how they find who uses a folder.
 */

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/cli/metrics.h"
#include "simfs/cli/table.h"
#include "simfs/cli/users.h"
#include "tests/lib/engine_suite.h"

static json_t *sample_status(void)
{
	json_t *status = json_loads(
		"{\"image\": \"/a\\\"b\\\\c\\nd\", \"profile\": \"datto\", \"transport\": \"dev\","
		" \"state\": \"active\", \"size_bytes\": 1048576, \"gauges\":"
		" {\"memory.used\": {\"value\": 0.85, \"feigned\": true},"
		"  \"live.written\": {\"value\": 4096, \"feigned\": false}},"
		" \"snapshots\": [{\"name\": \"s0\", \"state\": \"failed\", \"error\": \"EFBIG\","
		"  \"native\": \"x y\", \"store\": {\"used_bytes\": 4096, \"limit_bytes\": 8192,"
		"  \"blocks\": 1}}, {\"name\": \"s1\", \"state\": \"active\", \"error\": null,"
		"  \"native\": \"z\", \"store\": {\"used_bytes\": 0, \"limit_bytes\": null,"
		"  \"blocks\": 0}}], \"ring\": {\"enters\": 9, \"completions\": 8, \"busy_poll\":"
		"  {\"limit_us\": 60, \"polls\": 4, \"hits\": 3, \"spent_us\": 1500}},"
		" \"io\": {\"requests\": {\"reads\": 1, \"read_bytes\": 4096, \"writes\": 2,"
		"  \"written_bytes\": 8192, \"flushes\": 0}, \"stores\": {\"reads\": 0,"
		"  \"read_bytes\": 0, \"writes\": 2, \"written_bytes\": 16384, \"flushes\": 3,"
		"  \"copied_bytes\": 8192, \"hashed_bytes\": 16384},"
		"  \"write_amplification\": 3.0, \"transfers_per_request\": 2.25},"
		" \"faults\": [{\"id\": 3, \"name\": null, \"point\": \"live.read\","
		"  \"action\": \"error\", \"armed\": false, \"seen\": 5, \"matched\": 4,"
		"  \"fired\": 2}],"
		" \"writers\": [{\"name\": \"SQL\", \"kind\": \"hook\", \"state_name\": \"X\","
		"  \"failure\": null, \"frozen\": true}],"
		" \"nodes\": [{\"role\": \"live\"}, {\"role\": \"base copy\"}],"
		" \"chain\": {\"depth_max\": 30, \"sr\": {\"used_bytes\": 8, \"capacity_bytes\": "
		"null},"
		"  \"coalesce\": {\"state\": \"idle\", \"merges\": 1}},"
		" \"time_ns\": 1500000000,"
		" \"counters\": {\"live_reads\": 7}}",
		0, NULL);

	ck_assert_ptr_nonnull(status);
	return status;
}

static char *printed(void (*print)(const json_t *status, FILE *file))
{
	json_t *status = sample_status();
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	print(status, file);
	fclose(file);
	json_decref(status);
	return text;
}

static const char *const metric_lines[] = {
	"# TYPE snaprig_live_reads_total counter\n",
	"snaprig_volume_size_bytes{image=\"/a\\\"b\\\\c\\nd\"} 1048576\n",
	"snaprig_memory_used_ratio{image=\"/a\\\"b\\\\c\\nd\"} 0.85\n",
	"snaprig_feigned{image=\"/a\\\"b\\\\c\\nd\",quantity=\"memory.used\"} 1\n",
	",snapshot=\"s0\",state=\"failed\",error=\"EFBIG\"} 1\n",
	"snaprig_snapshot_store_limit_bytes{image=\"/a\\\"b\\\\c\\nd\",snapshot=\"s0\"} 8192\n",
	"# TYPE snaprig_io_reads_total counter\n",
	",layer=\"requests\"} 8192\n",
	",layer=\"stores\"} 16384\n",
	"snaprig_io_copied_bytes_total{image=\"/a\\\"b\\\\c\\nd\",layer=\"stores\"} 8192\n",
	"# TYPE snaprig_busy_polls_total counter\n",
	"snaprig_ring_enters_total{image=\"/a\\\"b\\\\c\\nd\"} 9\n",
	"snaprig_ring_completions_total{image=\"/a\\\"b\\\\c\\nd\"} 8\n",
	"snaprig_busy_polls_total{image=\"/a\\\"b\\\\c\\nd\"} 4\n",
	"snaprig_busy_poll_hits_total{image=\"/a\\\"b\\\\c\\nd\"} 3\n",
	"snaprig_busy_poll_seconds_total{image=\"/a\\\"b\\\\c\\nd\"} 0.0015\n",
	"point=\"live.read\",action=\"error\",name=\"\",id=\"3\"} 2\n",
	"# TYPE snaprig_fault_matched_total counter\n",
	"writer=\"SQL\",kind=\"hook\",state=\"X\",failure=\"\"} 1\n",
	"role=\"base copy\"} 1\n",
	"snaprig_chain_depth_limit{image=\"/a\\\"b\\\\c\\nd\"} 30\n",
	"snaprig_rig_clock_seconds_total{image=\"/a\\\"b\\\\c\\nd\"} 1.5\n",
	"snaprig_live_reads_total{image=\"/a\\\"b\\\\c\\nd\"} 7\n",
};

START_TEST(metrics_are_escaped_and_whole)
{
	char *text = printed(cli_metrics_print);
	const char *line = strstr(text, metric_lines[_i]);

	ck_assert_msg(line, "no '%s' in:\n%s", metric_lines[_i], text);

	/* No limit is no sample, and no zero. */
	ck_assert_ptr_null(strstr(text, "limit_bytes{image=\"/a\\\"b\\\\c\\nd\",snapshot=\"s1\""));
	free(text);
}
END_TEST

START_TEST(every_metric_has_help_and_type_once)
{
	char *text = printed(cli_metrics_print);
	char head[128] = "";
	char *rest = text;

	for (char *line; (line = strsep(&rest, "\n")) && *line;) {
		char name[128];

		if (sscanf(line, "# HELP %127s", name) == 1)
			snprintf(head, sizeof head, "%s", name);
		else if (sscanf(line, "# TYPE %127s", name) == 1)
			ck_assert_str_eq(name, head);
		else if (sscanf(line, "%127[^{]", name) == 1)
			ck_assert_str_eq(name, head);
	}
	ck_assert_str_eq(head, "snaprig_live_reads_total");
	free(text);
}
END_TEST

static const char *const table_lines[] = {
	"size       1 MiB\n",
	"SNAPSHOT  STATE   ERROR  USED   LIMIT  BLOCKS  NATIVE\n",
	"s0        failed  EFBIG  4 KiB  8 KiB  1       x y\n",
	"s1        active  -      0 B    none   0       z\n",
	"memory.used   85%, feigned\n",
	"live.written  4 KiB\n",
	"LAYER     READS  READ   WRITES  WRITTEN  FLUSHES  COPIED  HASHED\n",
	"requests  1      4 KiB  2       8 KiB    0        -       -\n",
	"stores    0      0 B    2       16 KiB   3        8 KiB   16 KiB\n",
	"3.00 bytes are written for each that was asked for; 2.25 transfers are made for each "
	"request\n",
	"ring       9 system calls, 8 events\n",
	"busy poll  3 of 4 times not in vain, 0.002 s in all\n",
};

START_TEST(people_get_columns)
{
	char *text = printed(cli_table_status);

	ck_assert_msg(strstr(text, table_lines[_i]), "no '%s' in:\n%s", table_lines[_i], text);
	ck_assert_ptr_null(strstr(text, " \n"));
	free(text);
}
END_TEST

START_TEST(who_uses_a_folder_is_found)
{
	char folder[] = "/tmp/snaprig-unit-XXXXXX";
	char users[512], expected[64];
	int fds[2];
	char byte;
	pid_t child;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_str_eq(cli_users_find(folder, users, sizeof users), "");
	ck_assert_int_eq(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		close(fds[0]);
		_exit(chdir(folder) == 0 && write(fds[1], "", 1) == 1 ? pause() : 1);
	}
	ck_assert_int_eq(read(fds[0], &byte, 1), 1);
	snprintf(expected, sizeof expected, "(pid %d)", (int)child);
	cli_users_find(folder, users, sizeof users);
	ck_assert_msg(strstr(users, expected), "no '%s' in '%s'", expected, users);
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

int main(int argc, char **argv)
{
	Suite *suite = suite_create("control command line");
	TCase *tests = tcase_create("command line");

	(void)argc;

	tcase_add_loop_test(tests, metrics_are_escaped_and_whole, 0, COUNT(metric_lines));
	tcase_add_test(tests, every_metric_has_help_and_type_once);
	tcase_add_loop_test(tests, people_get_columns, 0, COUNT(table_lines));
	tcase_add_test(tests, who_uses_a_folder_is_found);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
