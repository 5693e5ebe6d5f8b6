/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_texts.c - texts of any bytes in the languages of reports.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_suite.h"

static char *written(void (*write)(const char *, FILE *), const char *text)
{
	char *result = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&result, &length);

	write(text, file);
	fclose(file);
	return result;
}

static void property_write(const char *text, FILE *file)
{
	report_write_github(text, true, file);
}

static void message_write(const char *text, FILE *file)
{
	report_write_github(text, false, file);
}

/* Bytes that escapers stumble over come more often than others. */
static void text_mix(uint64_t seed, char *text, size_t length)
{
	static const char often[] = "<>&\"'\\#]-\n\r\t\x1b\x7f\xc2\xe2\x82\xac\xf0\xff\xed\xa0 a";

	for (size_t i = 0; i < length; i++) {
		uint64_t chance = mix64(seed ^ mix64(i));

		text[i] = chance % 3 == 0 ? (char)(1 + chance / 3 % 255)
					  : often[chance / 3 % (sizeof often - 1)];
	}
	text[length] = '\0';
}

static void assert_characters(const char *text, const char *controls)
{
	for (const char *at = text; *at;) {
		size_t length = utf8_length(at);

		ck_assert_uint_gt(length, 0);
		ck_assert(((unsigned char)*at >= ' ' && *at != 0x7f) || strchr(controls, *at));
		at += length;
	}
}

/* Each '&' of XML begins one of the few that we write, and no tag begins or ends. */
static void assert_xml(const char *text)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#10;", "&#9;",
		"&#13;" };

	ck_assert_ptr_null(strpbrk(text, "<>"));
	for (const char *at = strchr(text, '&'); at; at = strchr(at + 1, '&')) {
		bool is_ours = false;

		for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
			is_ours = is_ours || strncmp(at, entities[i], strlen(entities[i])) == 0;
		ck_assert_msg(is_ours, "an entity that is none: %.10s", at);
	}
}

/* A quoted scalar of YAML as we write it is a string of JSON, too. */
static void assert_quoted(const char *text)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

	ck_assert_msg(json_is_string(json), "no scalar: %s", text);
	json_decref(json);
}

static void assert_github(const char *text)
{
	AUTO(auto_free) char *markdown = written(report_write_markdown, text);
	AUTO(auto_free) char *property = written(property_write, text);
	AUTO(auto_free) char *message = written(message_write, text);

	assert_characters(markdown, "");
	ck_assert_ptr_null(strpbrk(markdown, "<>|`*[]\\"));
	assert_characters(property, "");
	ck_assert_ptr_null(strpbrk(property, ":,"));
	assert_characters(message, "\t");
}

#define TEXTS_TRIED 2000

START_TEST(whatever_a_client_prints_is_a_text_of_a_report)
{
	for (uint64_t seed = 0; seed < TEXTS_TRIED; seed++) {
		char text[64];

		text_mix(seed, text, seed % sizeof text);

		AUTO(auto_free) char *attribute = written(report_write_xml, text);
		AUTO(auto_free) char *xml = written(report_write_xml_text, text);
		AUTO(auto_free) char *yaml = written(report_write_yaml, text);
		AUTO(auto_free) char *tap = written(report_write_tap, text);
		json_t *json = report_text_json(text);

		assert_characters(attribute, "");
		assert_xml(attribute);
		ck_assert_ptr_null(strchr(attribute, '"'));
		assert_characters(xml, "\n\t");
		assert_xml(xml);
		assert_characters(yaml, "");
		assert_quoted(yaml);
		assert_characters(tap, "");
		ck_assert(json_is_string(json));
		json_decref(json);
		assert_github(text);
	}
}
END_TEST

static const struct {
	const char *bytes;
	size_t length;
} characters[] = {
	{ "a", 1 },
	{ "\xc3\xa9", 2 },
	{ "\xe2\x82\xac", 3 },
	{ "\xf0\x9f\x98\x80", 4 },
	{ "\xf4\x8f\xbf\xbd", 4 },
	{ "\x80", 0 },	   /* a continuation alone */
	{ "\xc3", 0 },	   /* half a character */
	{ "\xc0\xaf", 0 }, /* longer than need be */
	{ "\xe0\x80\xaf", 0 },
	{ "\xed\xa0\x80", 0 },	   /* a surrogate */
	{ "\xef\xbf\xbf", 0 },	   /* no character, and not allowed in XML */
	{ "\xf4\x90\x80\x80", 0 }, /* beyond the last one */
	{ "\xff", 0 },
};

START_TEST(only_whole_characters_are_utf8)
{
	ck_assert_uint_eq(utf8_length(characters[_i].bytes), characters[_i].length);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scenario texts");
	TCase *tests = tcase_create("escapers");

	(void)argc;

	tcase_add_test(tests, whatever_a_client_prints_is_a_text_of_a_report);
	tcase_add_loop_test(tests, only_whole_characters_are_utf8, 0, COUNT(characters));
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
