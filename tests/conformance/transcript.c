/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/conformance/transcript.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/datto/datto.h"
#include "tests/lib/engine_suite.h"

#define TRANSCRIPT "tests/fixtures/dattobd/transcript.txt"

struct engine transcript_engine;
static char *transcript;

static void read_transcript(void)
{
	FILE *file = fopen(TRANSCRIPT, "re");
	size_t room = 0;

	/* Tests run from the root of the tree. */
	ck_assert_msg(file != NULL, "cannot open '" TRANSCRIPT "'");
	MUST(getdelim(&transcript, &room, '\0', file) > 0);
	fclose(file);
}

void transcript_open(void)
{
	read_transcript();
	engine_init(&transcript_engine, engine_seed(),
		&(struct engine_options){
			.volume_bytes = TRANSCRIPT_VOLUME_BYTES, .profile = &profile_datto });
}

void transcript_close(void)
{
	engine_deinit(&transcript_engine);
	free(transcript);
}

char *transcript_recorded(const char *section, const char *from, const char *until)
{
	const char *start = strstr(transcript, section);

	MUST(start && (start = strstr(start, from)));
	start += strlen(from);

	const char *end = strstr(start, until);

	MUST(end);
	return strndup(start, (size_t)(end - start));
}

char *transcript_info(const char *section)
{
	char *body = transcript_recorded(section, "$ cat /proc/datto-info\n", "\n}\n");
	char *text;

	MUST(asprintf(&text, "%s\n}\n", body) > 0);
	free(body);
	return text;
}

/* Replaces the value of FIELD, from its colon to the comma or the end, with '?'. */
static void mask(char *text, const char *field)
{
	char *value = strstr(text, field);

	ck_assert_msg(value != NULL, "no %s", field);
	value += strlen(field);

	size_t length = strcspn(value, ",\n");

	*value = '?';
	memmove(value + 1, value + length, strlen(value + length) + 1);
}

void transcript_expect_info(const char *section, bool is_active)
{
	char *wanted = transcript_info(section),
	     *found = volume_datto_info(transcript_engine.volume);
	static const char *const machines[] = {
		"\"block_device\": ", "\"uuid\": ", "\"max_cache\": ", "\"nr_changed_blocks\": "
	};

	ck_assert_ptr_nonnull(found);
	/* When the store is full, the count depends only on the driver again. */
	for (size_t i = 0; i < (is_active ? 4 : 3); i++) {
		mask(wanted, machines[i]);
		mask(found, machines[i]);
	}
	ck_assert_str_eq(found, wanted);
	free(wanted);
	free(found);
}

uint64_t transcript_number(const char *text, const char *field)
{
	const char *value = strstr(text, field);

	MUST(value);
	return strtoull(value + strlen(field), NULL, 10);
}

size_t transcript_lines(const char *section, const char *from, char *lines[TRANSCRIPT_LINES_MAX])
{
	char *rest = transcript_recorded(section, "", "\n### ");
	size_t count = 0;
	bool begun = false;

	for (char *line = rest, *next; line && count < TRANSCRIPT_LINES_MAX; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';

		const char *message = strstr(line, "] ");

		begun = begun || strstr(line, from);
		if (strncmp(line, "dmesg: [", 8) == 0 && message && begun)
			lines[count++] = strdup(message + 2);
		else if (begun)
			break;
	}
	free(rest);
	return count;
}

void transcript_expect_log(char *lines[], size_t count)
{
	const struct text_log *log = volume_kernel_log(transcript_engine.volume);
	char *wanted = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&wanted, &length);

	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%s\n", lines[i]);
		free(lines[i]);
	}
	MUST(fclose(out) == 0);

	char *found = strndup(log->text ? log->text : "", log->length);

	ck_assert_str_eq(found, wanted);
	free(found);
	free(wanted);
}
