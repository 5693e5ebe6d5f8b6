/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is a word of a rule or a writer, and at which column a mistake is.
 */
#include "simfs/base/spec_line.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine_suite.h"

static const struct spec_language plain = { .name = "line" };
static const struct spec_language quoted = { .name = "line", .has_quotes = true };

static char message[SPEC_MESSAGE_BYTES];

/* The words of TEXT, as "name" or "name:value", each with its column; or the mistake. */
static char *words_of(const char *text, const struct spec_language *language)
{
	struct spec_line line;
	struct spec_word word;
	char *words = NULL;
	size_t length;
	FILE *file = open_memstream(&words, &length);

	if (spec_line_begin(&line, text, language, message)) {
		while (spec_line_next(&line, &word))
			fprintf(file, "%u:%s%s%s ", line.column, word.name, word.value ? ":" : "",
				word.value ? word.value : "");
	}
	if (line.is_wrong)
		fputs(message, file);
	else
		fprintf(file, "%u", line.column);
	fclose(file);
	return words;
}

static const struct {
	const char *text;
	const struct spec_language *language;
	const char *words;
} lines[] = {
	{ "", &plain, "1" },
	{ " \t ", &plain, "4" },
	{ "kind", &plain, "1:kind 5" },
	{ "  kind\tkey a=1  b=2=3 ", &plain, "3:kind 8:key 12:a:1 17:b:2=3 23" },
	{ "k=1 a=", &plain, "1:k=1 5:a: 7" },
	{ "kind a=\"b c\"", &plain, "1:kind 6:a:\"b 11:c\" 13" },
	{ "kind a=\"b c\" d", &quoted, "1:kind 6:a:b c 14:d 15" },
	{ "kind \"a b\"=c\" \"d", &quoted, "1:kind 6:a b:c d 17" },
	{ "\"\" a", &quoted, "1: 4:a 5" },
	{ "kind a=\"b", &quoted, "1:kind a quote that is not closed at column 6" },
	{ "kind \x01", &plain, "a control character at column 6" },
	{ "kind \x7f", &plain, "a control character at column 6" },
	{ "kind \xff", &quoted, "a line must be UTF-8 at column 1" },
};

START_TEST(words_are_cut_at_blanks_and_at_the_first_equals_sign)
{
	char *words = words_of(lines[_i].text, lines[_i].language);

	ck_assert_str_eq(words, lines[_i].words);
	free(words);
}
END_TEST

START_TEST(a_line_is_as_long_as_it_may_be)
{
	char text[SPEC_LINE_MAX + 2];
	struct spec_line line;

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert(!spec_line_begin(&line, text, &plain, message));
	ck_assert_str_eq(message, "a line has at most 1024 bytes");
	text[SPEC_LINE_MAX] = '\0';
	ck_assert(spec_line_begin(&line, text, &plain, message));
}
END_TEST

START_TEST(mistakes_name_their_column_and_what_was_meant)
{
	static const char *const keys[] = { "name", "size" };
	struct spec_line line;
	struct spec_word word;

	ck_assert(spec_line_begin(&line, "kind name size name sise", &plain, message));
	for (int at = 0; at < 3; at++)
		ck_assert(spec_line_next(&line, &word));
	ck_assert(spec_line_key(&line, 0, &(struct spec_word){ .name = "name" }));
	ck_assert(spec_line_key(&line, SPEC_KEYS_MAX - 1, &word));
	ck_assert(spec_line_next(&line, &word));
	ck_assert(!spec_line_key(&line, 0, &word));
	ck_assert_str_eq(message, "a second 'name' at column 16");
	line.is_wrong = false;
	ck_assert(spec_line_next(&line, &word));
	ck_assert(!spec_line_unknown_key(&line, &word, keys, 2));
	ck_assert(line.is_wrong);
	ck_assert_str_eq(message, "unknown key 'sise' at column 21; did you mean 'size'?");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("spec line");
	TCase *tests = tcase_create("lines");

	(void)argc;
	tcase_add_loop_test(tests, words_are_cut_at_blanks_and_at_the_first_equals_sign, 0,
		(int)(sizeof lines / sizeof lines[0]));
	tcase_add_test(tests, a_line_is_as_long_as_it_may_be);
	tcase_add_test(tests, mistakes_name_their_column_and_what_was_meant);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
