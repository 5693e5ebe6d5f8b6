/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/scenario_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "scenarios/format/parse.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/yaml/mistakes.h"

/* Takes every PART out of TEXT. */
static void text_remove(char *text, const char *part)
{
	size_t length = strlen(part);

	for (char *at = text; (at = strstr(at, part));)
		memmove(at, at + length, strlen(at + length) + 1);
}

char *scenario_text_messages(const char *text)
{
	struct scenario_list list = { 0 };
	struct mistakes mistakes;
	char *messages = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&messages, &length);

	mistakes_init(&mistakes);
	scenarios_parse("x.yaml", text, strlen(text), &mistakes, &list);
	mistakes_print(&mistakes, "x.yaml", file);
	fclose(file);
	mistakes_deinit(&mistakes);
	scenario_list_deinit(&list);
	return messages;
}

char *scenario_fixture_messages(const char *name)
{
	AUTO(auto_free) char *path = heap_format("%s%s", SCENARIO_FIXTURES, name);
	struct scenario_list list = { 0 };
	char *messages = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&messages, &length);

	scenarios_load(path, file, &list);
	fclose(file);
	scenario_list_deinit(&list);
	text_remove(messages, SCENARIO_FIXTURES);
	return messages;
}

struct scenario_list scenario_text_parse_all(const char *text)
{
	AUTO(auto_free) char *messages = scenario_text_messages(text);
	struct scenario_list list = { 0 };
	struct mistakes mistakes;

	ck_assert_str_eq(messages, "");
	mistakes_init(&mistakes);
	ck_assert_int_eq(scenarios_parse("x.yaml", text, strlen(text), &mistakes, &list), 0);
	mistakes_deinit(&mistakes);
	return list;
}

struct scenario *scenario_text_parse(const char *text)
{
	struct scenario_list list = scenario_text_parse_all(text);

	ck_assert_uint_eq(list.count, 1);

	struct scenario *scenario = list.items[0];

	free(list.items);
	return scenario;
}

char *scenario_text_with_steps(const char *steps)
{
	return heap_format("name: x\n"
			   "profile: plain\n"
			   "volume: { size: 1MiB, content: zeros }\n"
			   "client: dd\n"
			   "phases:\n"
			   "  - work:\n"
			   "      - snapshot: s0\n"
			   "      - backup: { of: s0, to: b0 }\n"
			   "%s",
		steps);
}
