/* SPDX-License-Identifier: Apache-2.0 */
/* What `snaprig top` shows of a fixed status, at several widths. */
#include "simfs/cli/top_view.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/text_width.h"
#include "simfs/cli/top_latency.h"
#include "tests/lib/engine_suite.h"

static const char status_text[] =
	"{\"image\": \"/home/me/vol.img\", \"profile\": \"datto\", \"size_bytes\": 134217728,"
	" \"seed\": 7, \"time_ns\": 13100000000000, \"time_scale\": 100.0,"
	" \"writes_held\": true, \"image_changed\": null,"
	" \"gauges\": {\"store.used\": {\"value\": 1.0, \"feigned\": false},"
	"  \"memory.used\": {\"value\": 0.85, \"feigned\": true},"
	"  \"ops\": {\"value\": 12, \"feigned\": false},"
	"  \"chain.depth\": {\"value\": 29, \"feigned\": false}},"
	" \"snapshots\": [{\"name\": \"caf\xc3\xa9\", \"state\": \"failed\", \"error\": \"EFBIG\","
	"   \"store\": {\"used_bytes\": 13421772, \"limit_bytes\": 13421772},"
	"   \"reads\": {\"errors\": 2}},"
	"  {\"name\": \"s1\", \"state\": \"active\", \"error\": null,"
	"   \"store\": {\"used_bytes\": 524288, \"limit_bytes\": null}, \"reads\": {}}],"
	" \"faults\": [{\"id\": 1, \"rule\": \"snapshot.read error=EIO\", \"armed\": true,"
	"   \"seen\": 25, \"matched\": 3, \"fired\": 2},"
	"  {\"id\": 2, \"rule\": \"live.write delay=20ms times=1\", \"armed\": false,"
	"   \"seen\": 9, \"matched\": 1, \"fired\": 0}],"
	" \"writers\": [{\"name\": \"SQL\", \"state_name\": \"VSS_WS_STABLE\", \"frozen\": false,"
	"   \"failure\": null},"
	"  {\"name\": \"Exchange\", \"state_name\": \"VSS_WS_WAITING_FOR_THAW\", \"frozen\": true,"
	"   \"failure\": null}],"
	" \"dead_set\": null,"
	" \"nodes\": [1, 2, 3],"
	" \"chain\": {\"depth\": 29, \"depth_max\": 30,"
	"  \"sr\": {\"capacity_bytes\": null, \"used_bytes\": 2121728},"
	"  \"coalesce\": {\"state\": \"merging\", \"done_bytes\": 1, \"total_bytes\": 4}}}";

static const char events_text[] = "[{\"sequence\": 3, \"time_ns\": 54321000, \"operation\": 9, "
				  "\"event\": \"snapshot.failed\","
				  " \"snapshot\": \"s0\", \"error\": \"EFBIG\"}]";

static json_t *status, *events, *lit;
static struct top_sample sample;

static void setup(void)
{
	status = json_loads(status_text, 0, NULL);
	events = json_loads(events_text, 0, NULL);
	lit = json_pack("[i]", 1);
	ck_assert(status && events && lit);
	sample = (struct top_sample){
		.mount = "/mnt/vol",
		.status = status,
		.events = events,
		.lit = lit,
		.has_rates = true,
		.rates = { .reads = 0,
			.writes = 8123,
			.written_bytes = 33175552,
			.snapshot_reads = 999.6,
			.snapshot_read_bytes = 4096 },
	};
	for (int i = 0; i < 9; i++) {
		top_history_add(&sample.store, i / 8.0);
		top_history_add(&sample.write_bytes, i % 3 * 1048576);
	}
}

static void teardown(void)
{
	json_decref(status);
	json_decref(events);
	json_decref(lit);
}

static char *drawn(unsigned width, bool in_colour, bool in_utf8)
{
	struct screen screen;
	char *text;

	screen_init(&screen, width, in_colour, in_utf8);
	top_view_draw(&screen, &sample, 1);
	text = strdup(screen_text(&screen));
	screen_deinit(&screen);
	return text;
}

static void shows(unsigned width, const char *expected)
{
	char *text = drawn(width, false, true);

	ck_assert_msg(strcmp(text, expected) == 0, "%u columns:\n%s", width, text);
	free(text);
}

START_TEST(a_wide_screen_has_a_line_for_each_thing)
{
	shows(200,
		"  vol.img  128 MiB  datto  seed 7  up 0:02:11  (rig x100: 3:38:20)  writes are "
		"held  /mnt/vol\n"
		"live       R 0 iops 0 B/s  W 8.1k iops 31.6 MiB/s  snapshots R 1.0k iops 4 KiB/s\n"
		"write rate ▁▅█▁▅█▁▅█  peak 2 MiB/s\n"
		"store fill ▁▂▃▄▅▆▇██  100%\n"
		"snapshots  café  failed EFBIG  [####################]  100%  12.8 MiB of 12.8 MiB "
		" 2 read errors\n"
		"           s1  active  512 KiB\n"
		"gauges     store.used 100%  memory.used 85% (feigned)  chain.depth 29\n"
		"chain      depth 29 of 30  3 nodes  coalesce merging 25%  SR 2.0 MiB\n"
		"faults     1  FIRED 2  seen 25  matched 3  snapshot.read error=EIO\n"
		"           2  fired 0  seen 9  matched 1  live.write delay=20ms times=1 (spent)\n"
		"writers    SQL stable  Exchange frozen\n"
		"events     0.054  snapshot.failed snapshot=s0 error=EFBIG\n");
}
END_TEST

START_TEST(eighty_columns_have_all_of_it)
{
	shows(80,
		"  vol.img  128 MiB  datto  seed 7  up 0:02:11  (rig x100: 3:38:20)\n"
		"  writes are held  /mnt/vol\n"
		"live       R 0 iops 0 B/s  W 8.1k iops 31.6 MiB/s  snapshots R 1.0k iops 4 KiB/s\n"
		"write rate ▁▅█▁▅█▁▅█  peak 2 MiB/s\n"
		"store fill ▁▂▃▄▅▆▇██  100%\n"
		"snapshots  café  failed EFBIG  [##########]  100%  12.8 MiB of 12.8 MiB\n"
		"           2 read errors\n"
		"           s1  active  512 KiB\n"
		"gauges     store.used 100%  memory.used 85% (feigned)  chain.depth 29\n"
		"chain      depth 29 of 30  3 nodes  coalesce merging 25%  SR 2.0 MiB\n"
		"faults     1  FIRED 2  seen 25  matched 3  snapshot.read error=EIO\n"
		"           2  fired 0  seen 9  matched 1  live.write delay=20ms times=1 (spent)\n"
		"writers    SQL stable  Exchange frozen\n"
		"events     0.054  snapshot.failed snapshot=s0 error=EFBIG\n");
}
END_TEST

START_TEST(forty_columns_have_headings_of_their_own)
{
	shows(40, "  vol.img  128 MiB  datto  seed 7\n"
		  "  up 0:02:11  (rig x100: 3:38:20)\n"
		  "  writes are held  /mnt/vol\n"
		  "live\n"
		  " R 0 iops 0 B/s  W 8.1k iops 31.6 MiB/s\n"
		  " snapshots R 1.0k iops 4 KiB/s\n"
		  "write rate\n"
		  " ▁▅█▁▅█▁▅█  peak 2 MiB/s\n"
		  "store fill\n"
		  " ▁▂▃▄▅▆▇██  100%\n"
		  "snapshots\n"
		  " café  failed EFBIG  100%\n"
		  " 12.8 MiB of 12.8 MiB  2 read errors\n"
		  " s1  active  512 KiB\n"
		  "gauges\n"
		  " store.used 100%\n"
		  " memory.used 85% (feigned)\n"
		  " chain.depth 29\n"
		  "chain\n"
		  " depth 29 of 30  3 nodes\n"
		  " coalesce merging 25%  SR 2.0 MiB\n"
		  "faults\n"
		  " 1  FIRED 2  seen 25  matched 3\n"
		  " snapshot.read error=EIO\n"
		  " 2  fired 0  seen 9  matched 1\n"
		  " live.write delay=20ms times=1 (spent)\n"
		  "writers\n"
		  " SQL stable  Exchange frozen\n"
		  "events\n"
		  " 0.054  snapshot.failed snapshot=s0 erro\n");
}
END_TEST

START_TEST(twenty_columns_can_still_be_read)
{
	shows(20, "  vol.img  128 MiB\n"
		  "  datto  seed 7\n"
		  "  up 0:02:11\n"
		  "  (rig x100:\n"
		  "  3:38:20)\n"
		  "  writes are held\n"
		  "  /mnt/vol\n"
		  "live\n"
		  " R 0 iops 0 B/s\n"
		  " W 8.1k iops 31.6\n"
		  " MiB/s\n"
		  " snapshots R 1.0k\n"
		  " iops 4 KiB/s\n"
		  "write rate\n"
		  " ▅█▁▅█  peak 2 MiB/s\n"
		  "store fill\n"
		  " ▁▂▃▄▅▆▇██  100%\n"
		  "snapshots\n"
		  " café  failed EFBIG\n"
		  " 100%\n"
		  " 12.8 MiB of 12.8\n"
		  " MiB  2 read errors\n"
		  " s1  active  512 KiB\n"
		  "gauges\n"
		  " store.used 100%\n"
		  " memory.used 85%\n"
		  " (feigned)\n"
		  " chain.depth 29\n"
		  "chain\n"
		  " depth 29 of 30\n"
		  " 3 nodes\n"
		  " coalesce merging\n"
		  " 25%  SR 2.0 MiB\n"
		  "faults\n"
		  " 1  FIRED 2  seen 25\n"
		  " matched 3\n"
		  " snapshot.read\n"
		  " error=EIO\n"
		  " 2  fired 0  seen 9\n"
		  " matched 1\n"
		  " live.write\n"
		  " delay=20ms times=1\n"
		  " (spent)\n"
		  "writers\n"
		  " SQL stable\n"
		  " Exchange frozen\n"
		  "events\n"
		  " 0.054  snapshot.fai\n");
}
END_TEST

/* The widest line of TEXT, which is without colours. */
static size_t widest(const char *text, bool in_utf8)
{
	size_t most = 0;

	while (*text) {
		size_t length = strcspn(text, "\n");
		char *line = strndup(text, length);
		size_t columns = text_columns(line, in_utf8);

		most = columns > most ? columns : most;
		free(line);
		text += length + 1;
	}
	return most;
}

START_TEST(no_line_is_wider_than_the_screen)
{
	for (unsigned width = 1; width <= 250; width++) {
		char *text = drawn(width, false, width % 2);

		ck_assert_msg(widest(text, width % 2) <= width, "%u columns:\n%s", width, text);
		free(text);
	}
}
END_TEST

START_TEST(without_colour_and_utf8_there_is_only_ascii)
{
	char *text = drawn(80, false, false);

	for (const char *at = text; *at; at++)
		ck_assert_msg((*at >= ' ' && *at <= '~') || *at == '\n', "%s", text);
	ck_assert_ptr_nonnull(strstr(text, "store fill _.-=+*%##  100%\n"));
	ck_assert_ptr_nonnull(strstr(text, "caf?  failed"));
	free(text);
}
END_TEST

START_TEST(what_has_just_fired_is_lit)
{
	char *text = drawn(80, true, false);

	ck_assert_ptr_nonnull(strstr(text, "\033[1;37;41mFIRED 2\033[0m"));
	free(text);
	json_array_clear(lit);
	text = drawn(80, true, false);
	ck_assert_ptr_nonnull(strstr(text, "\033[1;31mFIRED 2\033[0m"));
	free(text);
}
END_TEST

START_TEST(of_many_snapshots_the_latest_are_shown)
{
	json_t *snapshots = json_object_get(status, "snapshots");
	char *text;

	for (int i = 2; i < 20; i++) {
		json_t *copy = json_deep_copy(json_array_get(snapshots, 1));

		json_object_set_new(copy, "name", json_sprintf("s%d", i));
		json_array_append_new(snapshots, copy);
	}
	text = drawn(80, false, false);
	ck_assert_ptr_nonnull(strstr(text, " s19  active"));
	ck_assert_ptr_nonnull(strstr(text, " s12  active"));
	ck_assert_ptr_null(strstr(text, " s11  active"));
	ck_assert_ptr_nonnull(strstr(text, "and 12 older, 1 of them failed\n"));
	free(text);
}
END_TEST

START_TEST(a_rig_that_does_not_answer_says_why)
{
	sample.status = NULL;
	sample.state = "has not answered for 3 s";
	sample.is_selected = true;

	char *text = drawn(80, false, false);

	ck_assert_str_eq(text, "> /mnt/vol  has not answered for 3 s\n");
	free(text);
}
END_TEST

START_TEST(a_history_keeps_the_latest)
{
	struct top_history history = { 0 };

	for (int i = 0; i < TOP_HISTORY_MAX + 5; i++)
		top_history_add(&history, i);
	ck_assert_uint_eq(history.count, TOP_HISTORY_MAX);
	ck_assert_double_eq(history.values[0], 5);
	ck_assert_double_eq(history.values[TOP_HISTORY_MAX - 1], TOP_HISTORY_MAX + 4);
}
END_TEST

/* A status with FAST live reads of up to 32 us, and SLOW ones of 262 to 524 ms. */
static json_t *status_with_reads(int fast, int slow)
{
	json_t *counts = json_array();

	for (int at = 0; at < 21; at++)
		json_array_append_new(counts, json_integer(at == 1 ? fast : at == 15 ? slow : 0));
	return json_pack("{s:{s:[{s:s, s:s, s:i, s:o}]}}", "latency", "requests", "request", "read",
		"view", "live", "longest_us", 300000, "counts", counts);
}

START_TEST(the_latency_is_of_what_has_come_since)
{
	json_t *before = status_with_reads(1000, 0), *now = status_with_reads(1098, 2);
	struct top_latency latency;
	struct screen screen;

	top_latency_take(now, before, &latency);
	ck_assert_uint_gt(latency.read_us, 262144);
	ck_assert_uint_le(latency.read_us, 300000);
	ck_assert_uint_eq(latency.write_us, 0);
	ck_assert_uint_eq(latency.snapshot_read_us, 0);
	top_latency_take(now, now, &latency);
	ck_assert_uint_eq(latency.read_us, 0);

	sample.status = now;
	sample.latency = (struct top_latency){ .read_us = 20, .write_us = 1234567 };
	screen_init(&screen, 80, false, true);
	top_draw_latency(&screen, &sample);
	ck_assert_str_eq(screen_text(&screen), "p99        R 20 us  W 1.2 s  snapshots R -\n");
	screen_deinit(&screen);
	json_decref(before);
	json_decref(now);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("top");
	TCase *tests = tcase_create("top");

	(void)argc;
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, the_latency_is_of_what_has_come_since);
	tcase_add_test(tests, a_wide_screen_has_a_line_for_each_thing);
	tcase_add_test(tests, eighty_columns_have_all_of_it);
	tcase_add_test(tests, forty_columns_have_headings_of_their_own);
	tcase_add_test(tests, twenty_columns_can_still_be_read);
	tcase_add_test(tests, no_line_is_wider_than_the_screen);
	tcase_add_test(tests, without_colour_and_utf8_there_is_only_ascii);
	tcase_add_test(tests, what_has_just_fired_is_lit);
	tcase_add_test(tests, of_many_snapshots_the_latest_are_shown);
	tcase_add_test(tests, a_rig_that_does_not_answer_says_why);
	tcase_add_test(tests, a_history_keeps_the_latest);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
