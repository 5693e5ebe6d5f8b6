/* SPDX-License-Identifier: Apache-2.0 */
/* What is typed at `snaprig top`, and what is shown of it. */
#include "simfs/cli/top_keys.h"

#include <check.h>
#include <string.h>

#include "tests/lib/engine_suite.h"

static enum top_action type(struct top_keys *keys, const char *text)
{
	enum top_action action = TOP_NOTHING;

	for (; *text; text++)
		action = top_keys_take(keys, (unsigned char)*text);
	return action;
}

START_TEST(a_line_is_typed_mended_and_left)
{
	struct top_keys keys = { 0 };

	ck_assert_int_eq(type(&keys, "q"), TOP_QUIT);
	ck_assert_int_eq(type(&keys, "r"), TOP_RELEASE);
	ck_assert_int_eq(type(&keys, "fqrc x\x7f\bz\r"), TOP_ARM);
	ck_assert_str_eq(keys.line, "qrcz");
	ck_assert_int_eq(type(&keys, "gcaf\xc3\xa9\x7f\n"), TOP_SET);
	ck_assert_str_eq(keys.line, "caf");
	ck_assert_int_eq(type(&keys, "f\r"), TOP_NOTHING);
	ck_assert_int_eq(keys.asks_for, TOP_NOTHING);
	ck_assert_int_eq(type(&keys, "fabc\x15x\r"), TOP_ARM);
	ck_assert_str_eq(keys.line, "x");
	/* Escape leaves the line, and what a cursor key sends is no key. */
	ck_assert_int_eq(type(&keys, "fabc\033q"), TOP_QUIT);
	ck_assert_int_eq(type(&keys, "\033[1;5c"), TOP_NOTHING);
	ck_assert_int_eq(type(&keys, "\033Oc"), TOP_NOTHING);
	ck_assert_int_eq(type(&keys, "c"), TOP_CLEAR);
}
END_TEST

START_TEST(a_line_longer_than_there_is_room_for_is_cut)
{
	struct top_keys keys = { 0 };
	struct screen screen;

	type(&keys, "f");
	for (int i = 0; i < 3000; i++)
		type(&keys, i == 2999 ? "b" : "a");
	ck_assert_uint_eq(strlen(keys.line), TOP_LINE_MAX);
	type(&keys, "\x7fz");
	screen_init(&screen, 20, false, false);
	top_keys_draw(&keys, 1, &screen);
	ck_assert_str_eq(screen_text(&screen), "rule: aaaaaaaaaaaaz");
	screen_deinit(&screen);
}
END_TEST

START_TEST(a_name_cannot_command_the_terminal)
{
	struct screen screen;

	screen_init(&screen, 10, false, true);
	screen_put(
		&screen, STYLE_PLAIN, "a\033[2J\xe2\x80\xae\xff\xe4\xb8\xad\xcc\x81\xe4\xb8\xad");
	ck_assert_str_eq(screen_text(&screen), "a?[2J??\xe4\xb8\xad\xcc\x81");
	ck_assert_uint_eq(screen.column, 9);
	screen_deinit(&screen);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("keys of top");
	TCase *tests = tcase_create("keys");

	(void)argc;
	tcase_add_test(tests, a_line_is_typed_mended_and_left);
	tcase_add_test(tests, a_line_longer_than_there_is_room_for_is_cut);
	tcase_add_test(tests, a_name_cannot_command_the_terminal);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
