/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of the two devices are those of a page that quotes LVM 2.02. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/doors/dm/entry/old_messages.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(name, 0755), 0);
}

/*
 * tools/dmsetup knows of an origin of 50 GiB, a dead snapshot of it, and a map on that; with
 * DEEP of a small one whose three maps lie on each other, one striped.  It flushes no device.
 */
static void setup(void)
{
	run_folder_setup();
	ck_assert_int_eq(mkdir("tools", 0755), 0);
	write_file("tools/dmsetup",
		"#!/bin/sh\n"
		"case $*${DEEP:+ deep} in\n"
		"info\\ *deep) printf '%s\\n' c/7/3// b/7/2// a/7/1// s/7/0// ;;\n"
		"*deep)	for i in 'c 7:2' 'a 7:0' 'b 7:1'; do\n"
		"		printf '%s: 0 512 striped 2 128 259:0 0 %s 8\\n' $i\n"
		"	done\n"
		"	echo 's: 0 512 snapshot Invalid' ;;\n"
		"info\\ *)	printf '%s\\n' vg0-live/7/0/vg0/live vg0-b--1/7/1/vg0/b-1 \\\n"
		"		vg0-b--1-cow/7/2/vg0/b-1 'a: map/7/3//' ;;\n"
		"status\\ --noflush) printf '%s\\n' 'vg0-live: 0 104857600 snapshot-origin ' \\\n"
		"		\"vg0-b--1: 0 104857600 snapshot $STATE\" \\\n"
		"		'vg0-b--1-cow: 0 8192 linear ' \\\n"
		"		'a: map: 0 4096 linear ' 'a: map: 4096 1467996168 linear ' ;;\n"
		"table\\ --noflush) printf '%s\\n' 'vg0-live: 0 104857600 snapshot-origin 7:9' \\\n"
		"		'vg0-b--1: 0 104857600 snapshot 7:9 7:2 P 8' \\\n"
		"		'vg0-b--1-cow: 0 8192 linear 259:0 2048' \\\n"
		"		'a: map: 0 4096 linear 7:1 2048' \\\n"
		"		'a: map: 4096 1467996168 linear 7:1 6144' ;;\n"
		"esac\n");
	write_file("tools/lvs", "#!/bin/sh\necho real lvs: \"$@\"\nexit 5\n");
	ck_assert_int_eq(old_messages_write("wrappers"), 0);
}

/* Runs COMMAND with the wrappers first and the snapshot in STATE: what it printed, its exit. */
static const char *printed(const char *state, const char *command)
{
	static char text[4096];
	char shell[512];
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		snprintf(shell, sizeof(shell),
			"STATE='%s' PATH=\"$PWD/wrappers:$PWD/tools:$PATH\" %s >printed 2>&1",
			state, command);
		execl("/bin/sh", "sh", "-c", shell, NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);

	FILE *file = fopen("printed", "r");

	ck_assert_ptr_nonnull(file);

	size_t length = fread(text, 1, sizeof(text) - 1, file);

	fclose(file);
	snprintf(text + length, sizeof(text) - length, "exit %d", WEXITSTATUS(status));
	return text;
}

START_TEST(a_dead_device_and_what_lies_on_it_are_named_before_the_real_command)
{
	ck_assert_str_eq(printed("Invalid", "lvs -a 'b 1'"),
		"  /dev/mapper/vg0-b--1: read failed after 0 of 4096 at 53687025664: Input/output "
		"error\n"
		"  /dev/mapper/vg0-b--1: read failed after 0 of 4096 at 53687083008: Input/output "
		"error\n"
		"  /dev/mapper/vg0-b--1: read failed after 0 of 4096 at 0: Input/output error\n"
		"  /dev/mapper/vg0-b--1: read failed after 0 of 4096 at 4096: Input/output error\n"
		"  /dev/mapper/a: map: read failed after 0 of 4096 at 751616065536: Input/output "
		"error\n"
		"  /dev/mapper/a: map: read failed after 0 of 4096 at 751616126976: Input/output "
		"error\n"
		"  /dev/mapper/a: map: read failed after 0 of 4096 at 0: Input/output error\n"
		"  /dev/mapper/a: map: read failed after 0 of 4096 at 4096: Input/output error\n"
		"real lvs: -a b 1\n"
		"exit 5");
}
END_TEST

START_TEST(what_lies_on_a_dead_device_is_dead_however_high)
{
	/* Four lines of each of the four. */
	ck_assert_str_eq(
		printed("", "sh -c 'DEEP=yes lvs 2>&1 | grep -c \"read failed\"'"), "16\nexit 0");
}
END_TEST

START_TEST(what_is_said_goes_to_stderr)
{
	ck_assert_str_eq(printed("Invalid", "sh -c 'lvs 2>/dev/null'"), "real lvs:\nexit 5");
}
END_TEST

START_TEST(nothing_is_said_when_nothing_is_dead)
{
	ck_assert_str_eq(printed("16/8192 16", "lvs"), "real lvs:\nexit 5");
}
END_TEST

START_TEST(nothing_is_said_by_a_command_that_reads_no_device)
{
	ck_assert_str_eq(printed("Invalid", "lvs --version"), "real lvs: --version\nexit 5");
}
END_TEST

START_TEST(wrappers_are_written_again_and_a_bad_folder_is_an_error)
{
	ck_assert_int_eq(old_messages_write("wrappers"), 0);
	ck_assert_int_eq(access("wrappers/lvremove", X_OK), 0);
	ck_assert_int_eq(old_messages_write("none/wrappers"), -ENOENT);
	ck_assert_int_eq(old_messages_write("tools/lvs"), -ENOTDIR);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm_old_messages");
	TCase *tcase = tcase_create("wrappers");

	(void)argc;
	tcase_add_checked_fixture(tcase, setup, run_folder_teardown);
	tcase_add_test(tcase, a_dead_device_and_what_lies_on_it_are_named_before_the_real_command);
	tcase_add_test(tcase, what_lies_on_a_dead_device_is_dead_however_high);
	tcase_add_test(tcase, what_is_said_goes_to_stderr);
	tcase_add_test(tcase, nothing_is_said_when_nothing_is_dead);
	tcase_add_test(tcase, nothing_is_said_by_a_command_that_reads_no_device);
	tcase_add_test(tcase, wrappers_are_written_again_and_a_bad_folder_is_an_error);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
