/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The datto profile against a recording of dattobd 0.12.1 on a volume of 128 MiB
 * (tests/fixtures/dattobd/transcript.txt).
 *
 * Byte for byte, but for what is the machine's there and not the driver's: the
 * uuid, the device's path, the cache that the recording has reconfigured, and
 * how many blocks its file system had written by then.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define TRANSCRIPT   "tests/fixtures/dattobd/transcript.txt"
#define VOLUME_BYTES (128ull << 20)
#define WRITE_BYTES  (1u << 20)
#define LINES_MAX    16

static struct engine engine;
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

static void open_engine(void)
{
	read_transcript();
	engine_init(&engine, engine_seed(),
		&(struct engine_options){
			.volume_bytes = VOLUME_BYTES, .profile = &profile_datto });
}

static void close_engine(void)
{
	engine_deinit(&engine);
	free(transcript);
}

/* What the recording says between FROM, searched behind SECTION, and UNTIL; to free(). */
static char *recorded(const char *section, const char *from, const char *until)
{
	const char *start = strstr(transcript, section);

	MUST(start && (start = strstr(start, from)));
	start += strlen(from);

	const char *end = strstr(start, until);

	MUST(end);
	return strndup(start, (size_t)(end - start));
}

static char *recorded_info(const char *section)
{
	char *body = recorded(section, "$ cat /proc/datto-info\n", "\n}\n");
	char *text;

	MUST(asprintf(&text, "%s\n}\n", body) > 0);
	free(body);
	return text;
}

/* Replaces the value of FIELD, from behind its colon to the comma or the end, with '?'. */
static void mask(char *text, const char *field)
{
	char *value = strstr(text, field);

	ck_assert_msg(value != NULL, "no %s", field);
	value += strlen(field);

	size_t length = strcspn(value, ",\n");

	*value = '?';
	memmove(value + 1, value + length, strlen(value + length) + 1);
}

static void expect_info(const char *section, bool is_active)
{
	char *wanted = recorded_info(section), *found = volume_datto_info(engine.volume);
	static const char *const machines[] = {
		"\"block_device\": ", "\"uuid\": ", "\"max_cache\": ", "\"nr_changed_blocks\": "
	};

	ck_assert_ptr_nonnull(found);
	/* Once the store is full, the count is the driver's arithmetic again. */
	for (size_t i = 0; i < (is_active ? 4 : 3); i++) {
		mask(wanted, machines[i]);
		mask(found, machines[i]);
	}
	ck_assert_str_eq(found, wanted);
	free(wanted);
	free(found);
}

static uint64_t field_number(const char *text, const char *field)
{
	const char *value = strstr(text, field);

	MUST(value);
	return strtoull(value + strlen(field), NULL, 10);
}

/* The lines of the kernel in SECTION from the one with FROM on, without their times. */
static size_t recorded_lines(const char *section, const char *from, char *lines[LINES_MAX])
{
	char *rest = recorded(section, "", "\n### ");
	size_t count = 0;
	bool begun = false;

	for (char *line = rest, *next; line && count < LINES_MAX; line = next) {
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

static void expect_kernel_log(char *lines[], size_t count)
{
	const struct text_log *log = volume_kernel_log(engine.volume);
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

static void replace(char **line, const char *from, const char *to)
{
	char *at = strstr(*line, from), *replaced;

	ck_assert_msg(at != NULL, "no '%s' in '%s'", from, *line);
	MUST(asprintf(&replaced, "%.*s%s%s", (int)(at - *line), *line, to, at + strlen(from)) > 0);
	free(*line);
	*line = replaced;
}

START_TEST(without_a_snapshot_the_info_is_as_recorded)
{
	char *wanted = recorded_info("### no-device"), *found = volume_datto_info(engine.volume);

	ck_assert_str_eq(found, wanted);
	free(wanted);
	free(found);
}
END_TEST

START_TEST(with_a_new_snapshot_the_info_is_as_recorded)
{
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	expect_info("### setup-default", true);

	char *found = volume_datto_info(engine.volume);

	ck_assert_uint_eq(field_number(found, "\"max_cache\": "), 314572800);
	ck_assert_ptr_nonnull(strstr(found, "\"block_device\": \"/mount/live\","));
	/* 32 digits, as the driver's. */
	ck_assert_uint_eq(strcspn(strstr(found, "\"uuid\": \"") + 9, "\""), 32);
	ck_assert_uint_eq(strspn(strstr(found, "\"uuid\": \"") + 9, "0123456789abcdef"), 32);
	free(found);
}
END_TEST

START_TEST(a_block_is_counted_once_however_often_it_is_written)
{
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	for (uint64_t i = 0; i < 8; i++)
		ck_assert_int_eq(engine_write(&engine, i << 20, WRITE_BYTES, i), 0);
	ck_assert_int_eq(engine_write(&engine, 0, WRITE_BYTES, 9), 0);
	expect_info("### write-8M", true);

	char *found = volume_datto_info(engine.volume);

	ck_assert_uint_eq(field_number(found, "\"nr_changed_blocks\": "), 2048);
	free(found);
}
END_TEST

static void overflow(void)
{
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	/* "source write exit 0": the writer does not notice. */
	for (uint64_t offset = 0; offset < VOLUME_BYTES / 4; offset += WRITE_BYTES)
		ck_assert_int_eq(engine_write(&engine, offset, WRITE_BYTES, offset), 0);
}

START_TEST(after_the_overflow_the_info_is_as_recorded)
{
	overflow();
	expect_info("### overflow", false);

	char *found = volume_datto_info(engine.volume);

	ck_assert_uint_eq(field_number(found, "\"nr_changed_blocks\": "), 3213);
	free(found);
}
END_TEST

START_TEST(the_overflow_writes_the_recorded_lines_with_the_drivers_arithmetic)
{
	char *lines[LINES_MAX];
	size_t count = recorded_lines("### overflow", "max size exceeded", lines);

	ck_assert_uint_eq(count, 6);
	overflow();
	/* The driver says the path as the kernel knows it, here there is no mount. */
	replace(&lines[0], "/mnt/.datto", "/.datto");
	/*
	 * How many blocks of the last write had been handled depends on what was
	 * written before: here 12 writes of 256 blocks, then 140 of the 3212.
	 */
	replace(&lines[3], "crash 552960", "crash 573440");
	expect_kernel_log(lines, count);
}
END_TEST

START_TEST(the_recorded_numbers_follow_from_where_the_write_began)
{
	char *lines[LINES_MAX];
	size_t count = recorded_lines("### overflow", "max size exceeded", lines);

	/* 552960 bytes are 135 blocks: 5 more have been written by somebody else before. */
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(engine_write(&engine, VOLUME_BYTES / 2, 5 * 4096, 1), 0);
	for (uint64_t offset = 0; offset < VOLUME_BYTES / 4; offset += WRITE_BYTES)
		ck_assert_int_eq(engine_write(&engine, offset, WRITE_BYTES, offset), 0);
	replace(&lines[0], "/mnt/.datto", "/.datto");
	expect_kernel_log(lines, count);
}
END_TEST

START_TEST(after_the_overflow_reads_fail_and_the_live_view_does_not)
{
	char *reader = recorded("### overflow", "$ dd if=/dev/datto0", "exit 1");
	uint8_t bytes[4096], wanted[4096];

	ck_assert_ptr_nonnull(strstr(reader, strerror(EIO)));
	overflow();
	for (uint64_t offset = 0; offset < VOLUME_BYTES; offset += 1 << 20)
		ck_assert_int_eq(engine_read(&engine, engine_find(&engine, "s"), offset, bytes,
					 sizeof bytes),
			-EIO);
	ck_assert_int_eq(engine_read(&engine, NULL, 0, bytes, sizeof bytes), 0);
	engine_stamp_fill(wanted, sizeof wanted, 0);
	ck_assert_mem_eq(bytes, wanted, sizeof bytes);
	free(reader);
}
END_TEST

START_TEST(a_second_snapshot_is_refused_as_recorded)
{
	char *lines[LINES_MAX];
	size_t count = recorded_lines("### setup-default", "already being traced", lines);

	ck_assert_uint_eq(count, 4);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "t", NULL, NULL), -EINVAL);
	expect_kernel_log(lines, count);
}
END_TEST

START_TEST(deleted_it_is_as_if_nothing_had_been)
{
	overflow();
	ck_assert_int_eq(engine_delete(&engine, "s"), 0);

	char *found = volume_datto_info(engine.volume),
	     *wanted = recorded_info("$ dbdctl destroy 0\nexit 0");

	ck_assert_str_eq(found, wanted);
	free(found);
	free(wanted);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	expect_info("### setup-default", true);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dattobd");
	TCase *tcase = tcase_create("transcript");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_engine, close_engine);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, without_a_snapshot_the_info_is_as_recorded);
	tcase_add_test(tcase, with_a_new_snapshot_the_info_is_as_recorded);
	tcase_add_test(tcase, a_block_is_counted_once_however_often_it_is_written);
	tcase_add_test(tcase, after_the_overflow_the_info_is_as_recorded);
	tcase_add_test(tcase, the_overflow_writes_the_recorded_lines_with_the_drivers_arithmetic);
	tcase_add_test(tcase, the_recorded_numbers_follow_from_where_the_write_began);
	tcase_add_test(tcase, after_the_overflow_reads_fail_and_the_live_view_does_not);
	tcase_add_test(tcase, a_second_snapshot_is_refused_as_recorded);
	tcase_add_test(tcase, deleted_it_is_as_if_nothing_had_been);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
