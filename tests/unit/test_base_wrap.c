/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text in lines that a terminal has room for.
 */
#include "simfs/base/wrap.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/engine_suite.h"

static char printed[512];

static FILE *memory(void)
{
	memset(printed, 0, sizeof printed);
	return fmemopen(printed, sizeof printed - 1, "w");
}

static const struct line_case {
	const char *line;
	size_t hang;
	unsigned columns;
	const char *printed;
} line_cases[] = {
	{ "one two three", 2, 0, "one two three\n" },
	{ "one two three", 2, 13, "one two three\n" },
	{ "", 4, 20, "\n" },
	{ "aaaa bbbb cccc dddd eeee", 2, 20, "aaaa bbbb cccc dddd\n  eeee\n" },
	/* The blanks at which a line ends are in neither. */
	{ "aaaa bbbb cccc dddd     eeee", 2, 20, "aaaa bbbb cccc dddd\n  eeee\n" },
	/* No room is left behind a hang of 18: it is less. */
	{ "  --size SIZE     instead of IMAGE, one", 18, 20,
		"  --size SIZE\n    instead of\n    IMAGE, one\n" },
	/* A word that is longer than a line stays whole. */
	{ "a /usr/share/snaprig/catalog/lvm b", 4, 20,
		"a\n    /usr/share/snaprig/catalog/lvm\n    b\n" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaa", 4, 20, "aaaaaaaaaaaaaaaaaaaaaaaaa\n" },
	/* Characters count, and not their bytes. */
	{ "äöü äöü äöü äöü äöü", 2, 19, "äöü äöü äöü äöü äöü\n" },
	{ "äöü äöü äöü äöü äöü", 2, 18, "äöü äöü äöü äöü\n  äöü\n" },
	{ "aa bb", 40, 1, "aa\n    bb\n" },
};

START_TEST(a_line_goes_on_below_itself)
{
	const struct line_case *wanted = &line_cases[_i];
	FILE *file = memory();

	wrap_line(wanted->line, wanted->hang, wanted->columns, file);
	fclose(file);
	ck_assert_str_eq(printed, wanted->printed);
}
END_TEST

static const char text[] = "A paragraph of\ntwo lines.\n\n  one    is\n  two    is that";

START_TEST(a_paragraph_is_filled_where_there_is_a_width)
{
	FILE *file = memory();

	wrap_text(text, 30, file);
	fclose(file);
	ck_assert_str_eq(printed, "A paragraph of two lines.\n\n  one    is\n  two    is that\n");
	file = memory();
	wrap_text(text, 14, file);
	fclose(file);
	ck_assert_str_eq(
		printed, "A paragraph of\ntwo lines.\n\n  one    is\n  two    is\n  that\n");
}
END_TEST

START_TEST(what_is_no_terminal_gets_whole_lines)
{
	FILE *file = tmpfile();

	setenv("COLUMNS", "20", 1);
	ck_assert_uint_eq(wrap_columns(file), 0);
	fclose(file);
	file = memory();
	wrap_text(text, 0, file);
	fclose(file);
	ck_assert_str_eq(printed, "A paragraph of\ntwo lines.\n\n  one    is\n  two    is that\n");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("base wrap");
	TCase *tests = tcase_create("lines");

	(void)argc;

	tcase_add_loop_test(tests, a_line_goes_on_below_itself, 0,
		(int)(sizeof line_cases / sizeof line_cases[0]));
	tcase_add_test(tests, a_paragraph_is_filled_where_there_is_a_width);
	tcase_add_test(tests, what_is_no_terminal_gets_whole_lines);
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
