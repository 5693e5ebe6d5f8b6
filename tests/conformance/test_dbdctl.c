/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every command of the recording, in order: what dbdctl prints, its exit status, what the driver
 * logs, and the /proc/datto-info afterwards.  What depends on the machine is not compared: uuids,
 * paths, how much its file system wrote; nor are the lines of the overflow, which test_dattobd.c
 * compares.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/datto/dbdctl.h"
#include "tests/conformance/transcript.h"
#include "tests/lib/engine_suite.h"

#define WORDS_MAX 8

#define DEVICE	  "/dev/vda"
#define LIVE	  "/mount/live"

static struct engine *const engine = &transcript_engine;

/* The position in the recording. */
static char *rest;
static unsigned commands, infos;
static bool has_ended;
static int command_result;
static size_t logged; /* bytes of the kernel log that have been compared */

static void done(struct datto_command *command, int result)
{
	(void)command;
	has_ended = true;
	command_result = result;
}

static int ioctl_run(struct datto_command *command)
{
	command->done = done;
	has_ended = false;
	volume_datto_ioctl(engine->volume, command);
	engine_settle(engine);
	ck_assert(has_ended);
	return command_result;
}

/* Returns the next line without taking it; NULL at the end. */
static char *line_peek(void)
{
	return *rest ? rest : NULL;
}

/* Takes the next line.  The caller frees it. */
static char *line_take(void)
{
	size_t length = strcspn(rest, "\n");
	char *line = strndup(rest, length);

	rest += length + (rest[length] == '\n');
	return line;
}

static bool next_is(const char *start)
{
	return line_peek() && strncmp(rest, start, strlen(start)) == 0;
}

static void expect_line(const char *wanted)
{
	char *line = line_take();

	ck_assert_str_eq(wanted, line);
	free(line);
}

/* Our usage has no remarks after its lines. */
static void expect_usage(void)
{
	char *usage = strdup(dbdctl_usage), *at = usage;

	for (char *line; (line = strsep(&at, "\n")) && *line;)
		expect_line(line);
	free(usage);
	while (!next_is("exit "))
		free(line_take());
}

/* Checks that the lines of the driver and of the block layer that follow were logged since then. */
static void expect_log(void)
{
	const struct text_log *log = volume_kernel_log(engine->volume);

	while (next_is("dmesg: ")) {
		char *line = line_take(), *message = strstr(line, "] ") + 2;
		size_t length = strlen(message);

		if (strncmp(message, "datto: ", 7) == 0 ||
			strncmp(message, "Buffer I/O error on dev datto", 29) == 0) {
			ck_assert_msg(logged + length < log->length &&
					      strncmp(log->text + logged, message, length) == 0 &&
					      log->text[logged + length] == '\n',
				"'%s' was not logged, but '%.*s'", message,
				(int)(log->length - logged), log->text + logged);
			logged += length + 1;
		}
		free(line);
	}
	ck_assert_msg(logged == log->length, "more was logged: '%.*s'", (int)(log->length - logged),
		log->text + logged);
}

static void expect_answer(const struct dbdctl_answer *answer)
{
	char text[32];

	if (*answer->error)
		expect_line(answer->error);
	if (answer->prints_usage)
		expect_usage();
	snprintf(text, sizeof text, "exit %d", answer->exit);
	expect_line(text);
	expect_log();
}

static void run_dbdctl(char *line)
{
	const char *words[WORDS_MAX];
	struct datto_command command = { 0 };
	struct dbdctl_answer answer;
	int count = 0;

	for (char *word; (word = strsep(&line, " ")) && count < WORDS_MAX;)
		words[count++] = strcmp(word, DEVICE) == 0 ? LIVE : word;
	if (dbdctl_parse(count, words, &command, &answer))
		dbdctl_answer(ioctl_run(&command), &answer);
	expect_answer(&answer);
	commands++;
}

static struct snapshot *snapshot_of_the_driver(void)
{
	return volume_snapshot_next(engine->volume, NULL);
}

/* Another process has the device open. */
static void run_busy(void)
{
	struct snapshot *snapshot = snapshot_of_the_driver();
	struct datto_command command = { .ioctl = DATTO_DESTROY };
	struct dbdctl_answer answer;

	snapshot_opened(snapshot);
	dbdctl_answer(ioctl_run(&command), &answer);
	snapshot_closed(snapshot);
	expect_answer(&answer);
	commands++;
}

static void run_file_system(enum datto_ioctl ioctl)
{
	struct datto_command command = { .ioctl = ioctl };

	ck_assert_int_eq(ioctl_run(&command), 0);
	expect_line("exit 0");
	expect_log();
}

static void run_reader(void)
{
	uint8_t bytes[4096];

	ck_assert_int_eq(
		engine_read(engine, snapshot_of_the_driver(), 0, bytes, sizeof bytes), -EIO);
	free(line_take()); /* the message of dd */
	expect_line("exit 1");
	expect_log();
}

static void write_live(uint64_t bytes)
{
	for (uint64_t offset = 0; offset < bytes; offset += 1u << 20)
		ck_assert_int_eq(engine_write(engine, offset, 1u << 20, offset), 0);
}

/* Returns whether the value in the line depends on the machine, and is not compared. */
static bool is_the_machines(const char *line)
{
	return strstr(line, "\"block_device\": ") || strstr(line, "\"uuid\": ") ||
	       strstr(line, "\"nr_changed_blocks\": ");
}

static void run_info(void)
{
	char *text = volume_datto_info(engine->volume), *at = text;

	for (char *line; (line = strsep(&at, "\n")) && at;) {
		char *wanted = line_take();

		if (is_the_machines(wanted))
			ck_assert(strcspn(line, ":") == strcspn(wanted, ":"));
		else
			ck_assert_str_eq(line, wanted);
		free(wanted);
	}
	free(text);
	infos++;
	/* What is traced changes between two of them. */
	write_live(2u << 20);
}

static void run_line(char *line)
{
	if (strncmp(line, "$ dbdctl ", 9) == 0) {
		run_dbdctl(line + 9);
	} else if (strcmp(line, "$ cat /proc/datto-info") == 0) {
		run_info();
	} else if (strcmp(line, "### busy") == 0) {
		run_busy();
	} else if (strncmp(line, "source write exit", 17) == 0) {
		write_live(TRANSCRIPT_VOLUME_BYTES / 4);
		logged = volume_kernel_log(engine->volume)->length;
	} else if (strncmp(line, "$ dd if=/dev/datto", 18) == 0) {
		run_reader();
	} else if (strcmp(line, "$ umount /mnt") == 0) {
		run_file_system(DATTO_UNMOUNT);
	} else if (strncmp(line, "$ mount ", 8) == 0) {
		run_file_system(DATTO_MOUNT);
	}
}

START_TEST(every_recorded_command_is_answered_as_recorded)
{
	char *text = transcript_recorded("### no-device", "", "### end");

	rest = text;
	commands = infos = 0;
	logged = 0;
	while (line_peek()) {
		char *line = line_take();

		run_line(line);
		free(line);
	}
	/* The counts of the recording. */
	ck_assert_uint_eq(commands, 21);
	ck_assert_uint_eq(infos, 13);
	free(text);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dbdctl");
	TCase *tcase = tcase_create("transcript");

	(void)argc;
	tcase_add_checked_fixture(tcase, transcript_open, transcript_close);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, every_recorded_command_is_answered_as_recorded);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
