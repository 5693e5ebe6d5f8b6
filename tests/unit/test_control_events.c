/* SPDX-License-Identifier: Apache-2.0 */
/* The journal on the control socket: read at once, or followed as it grows. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "simfs/control/commands.h"
#include "simfs/control/protocol.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/control_bench.h"

static struct engine engine;
static struct commands *commands;
static int peer;

static void tell(void)
{
	commands_tell(commands);
}

static void set_up(void)
{
	const struct engine_options options = { .volume_bytes = 1u << 20 };

	engine_init(&engine, 1, &options);
	ck_assert_int_eq(commands_create(NULL, engine.volume, &commands), 0);
	bench_set_up_with(commands_table, commands);
	bench.turned = tell;
	peer = peer_open();
}

static void tear_down(void)
{
	commands_end(commands);
	commands_end_telling(commands);
	ck_assert_int_eq(engine_close(&engine), 0);
	bench_tear_down();
	commands_destroy(commands);
	engine_deinit(&engine);
	close(peer);
}

static void ask(int fd, long long from, bool wait)
{
	char line[128];

	snprintf(line, sizeof line, "{\"command\":\"events\",\"from\":%lld,\"wait\":%s}\n", from,
		wait ? "true" : "false");
	peer_say(fd, line);
}

/* The lines of the next answer (up to the one after), and where it says to go on. */
static const char *hear(int fd, long long *ret_next)
{
	static char lines[2 * PROTOCOL_EVENTS_MAX_BYTES];
	json_t *answer = json_loads(peer_hear(fd), 0, NULL);
	json_t *result = json_object_get(answer, "result");
	const char *text = json_string_value(json_object_get(result, "lines"));

	ck_assert_ptr_nonnull(text);
	snprintf(lines, sizeof lines, "%s", text);
	*ret_next = json_integer_value(json_object_get(result, "next"));
	json_decref(answer);
	return lines;
}

static long long journal_end(void)
{
	return (long long)journal_bytes(volume_journal(engine.volume));
}

static void happen(const char *phase)
{
	ck_assert_int_eq(volume_phase_set(engine.volume, phase), 0);
}

START_TEST(the_journal_is_read_on_from_where_it_ended)
{
	long long next;

	ask(peer, 0, false);
	ck_assert_ptr_nonnull(strstr(hear(peer, &next), "\"event\":\"mounted\""));
	ck_assert_int_eq(next, journal_end());
	ask(peer, next, false);
	ck_assert_str_eq(hear(peer, &next), "");
	happen("first");
	ask(peer, next, false);
	ck_assert_ptr_nonnull(strstr(hear(peer, &next), "\"phase\":\"first\""));
	ck_assert_int_eq(next, journal_end());
}
END_TEST

START_TEST(a_long_journal_is_read_in_pieces_of_whole_lines)
{
	long long next = 0, before;
	size_t sum = 0;

	for (int i = 0; i < 1000; i++)
		happen("middle");
	ck_assert_int_gt(journal_end(), PROTOCOL_EVENTS_MAX_BYTES);
	do {
		const char *lines;

		before = next;
		ask(peer, before, false);
		lines = hear(peer, &next);
		ck_assert_uint_le(strlen(lines), PROTOCOL_EVENTS_MAX_BYTES);
		ck_assert_int_eq((long long)strlen(lines), next - before);
		sum += strlen(lines);
	} while (next > before);
	ck_assert_uint_eq(sum, (size_t)journal_end());
}
END_TEST

START_TEST(who_follows_is_answered_when_something_happens)
{
	int other = peer_open();
	long long next, other_next;

	ask(peer, journal_end(), true);
	ask(other, journal_end(), true);
	bench_turn_for_ms(5);
	ck_assert(!peer_is_told(peer) && !peer_is_told(other));
	happen("first");
	happen("second");
	ck_assert_ptr_nonnull(strstr(hear(peer, &next), "\"phase\":\"second\""));
	ck_assert_ptr_nonnull(strstr(hear(other, &other_next), "\"phase\":\"first\""));
	ck_assert_int_eq(next, journal_end());
	ck_assert_int_eq(other_next, journal_end());
	/* Who is behind does not wait. */
	ask(peer, 0, true);
	ck_assert_ptr_nonnull(strstr(hear(peer, &next), "mounted"));
	close(other);
}
END_TEST

START_TEST(who_followed_and_left_is_forgotten)
{
	int other = peer_open();

	ask(other, journal_end(), true);
	bench_turn_for_ms(3);
	close(other);
	bench_turn_for_ms(3);
	happen("first");
	bench_turn_for_ms(3);
	peer_say(peer, "{\"id\":1,\"command\":\"fault.clear\"}\n");
	peer_expect(peer, "{\"id\":1,\"ok\":true,\"result\":{\"removed\":0}}");
}
END_TEST

START_TEST(the_last_event_is_told_before_the_end)
{
	long long next;

	ask(peer, journal_end(), true);
	bench_turn_for_ms(3);
	commands_end(commands);
	happen("last");
	commands_end_telling(commands);
	ck_assert_ptr_nonnull(strstr(hear(peer, &next), "\"phase\":\"last\""));
	peer_say(peer, "{\"id\":1,\"command\":\"events\"}\n");
	peer_expect(peer, "{\"id\":1,\"ok\":false,\"error\":\"ESHUTDOWN\","
			  "\"message\":\"the volume is being unmounted\"}");
}
END_TEST

START_TEST(who_waits_at_the_end_is_refused)
{
	ask(peer, journal_end(), true);
	bench_turn_for_ms(3);
	commands_end(commands);
	bench_turn_for_ms(3);
	ck_assert(!peer_is_told(peer));
	commands_end_telling(commands);
	peer_expect(peer, "{\"id\":null,\"ok\":false,\"error\":\"ESHUTDOWN\","
			  "\"message\":\"the volume is being unmounted\"}");
}
END_TEST

START_TEST(mistakes_are_refused)
{
	static const char refusal[] = "{\"id\":null,\"ok\":false,\"error\":\"EINVAL\",\"message\":"
				      "\"argument 'from' of 'events' must be a number from 0\"}";

	ask(peer, -1, false);
	peer_expect(peer, refusal);
	peer_say(peer, "{\"command\":\"events\",\"from\":\"0\"}\n");
	peer_expect(peer, refusal);
	peer_say(peer, "{\"command\":\"events\",\"wait\":1}\n");
	peer_expect(peer, "{\"id\":null,\"ok\":false,\"error\":\"EINVAL\",\"message\":"
			  "\"argument 'wait' of 'events' must be true or false\"}");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("control events");
	TCase *tests = tcase_create("events");

	(void)argc;
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, the_journal_is_read_on_from_where_it_ended);
	tcase_add_test(tests, a_long_journal_is_read_in_pieces_of_whole_lines);
	tcase_add_test(tests, who_follows_is_answered_when_something_happens);
	tcase_add_test(tests, who_followed_and_left_is_forgotten);
	tcase_add_test(tests, the_last_event_is_told_before_the_end);
	tcase_add_test(tests, who_waits_at_the_end_is_refused);
	tcase_add_test(tests, mistakes_are_refused);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
