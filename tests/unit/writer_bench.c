/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/writer_bench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/list.h"
#include "simfs/children/writer_child.h"
#include "tests/unit/run_folder.h"

struct hands_bench hands_bench;

static void note(struct told *told, int result, const char *why)
{
	ck_assert(!hands_bench.is_calling);
	/* A reason when there is something to give a reason for, and only then. */
	ck_assert_int_eq(why == NULL, result == 0);
	told->result = result;
	snprintf(told->why, sizeof told->why, "%s", why ? why : "");
}

static void was_frozen(struct writer_hand *hand, int result, const char *why)
{
	struct told *told = CONTAINER_OF(hand, struct told, hand);

	note(told, result, why);
	told->frozen_count++;
	if (result < 0 && told->begins_anew) {
		told->begins_anew = false;
		ck_assert_int_eq(hands_freeze(told, told->kind, told->path), 0);
	}
}

static void has_died(struct writer_hand *hand, const char *why)
{
	struct told *told = CONTAINER_OF(hand, struct told, hand);

	note(told, -EIO, why);
	told->died_count++;
}

static void was_thawed(struct writer_hand *hand, int result, const char *why)
{
	struct told *told = CONTAINER_OF(hand, struct told, hand);

	note(told, result, why);
	told->thawed_count++;
}

int hands_freeze(struct told *told, enum writer_kind kind, const char *path)
{
	int error;

	told->hand = (struct writer_hand){
		.frozen = was_frozen,
		.died = has_died,
		.thawed = was_thawed,
	};
	told->kind = kind;
	told->path = path;
	hands_bench.is_calling = true;
	error = hands_bench.hands->freeze(
		hands_bench.hands, &told->hand, kind, path, hands_bench.hold_ns);
	hands_bench.is_calling = false;
	return error;
}

void hands_thaw(struct told *told)
{
	hands_bench.is_calling = true;
	hands_bench.hands->thaw(hands_bench.hands, &told->hand);
	hands_bench.is_calling = false;
}

void hands_turn(void)
{
	ck_assert_int_eq(ring_run_for(hands_bench.ring, TURN_MS * NS_PER_MS), 0);
}

pid_t hands_holder(void)
{
	AUTO(auto_fclose) FILE *file = fopen("/proc/thread-self/children", "r");
	int pid, another;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%d %d", &pid, &another), 1);
	return pid;
}

void hands_setup(void)
{
	run_folder_setup();
	hands_bench.hold_ns = 60 * NS_PER_S;
	ck_assert_int_eq(ring_create(&hands_bench.ring), 0);
	ck_assert_int_eq(writer_hands_create(hands_bench.ring, &hands_bench.hands), 0);
	ck_assert(writer_hands_idle(hands_bench.hands));
}

void hands_end(void)
{
	ring_destroy(hands_bench.ring);
	writer_hands_destroy(hands_bench.hands);
	hands_bench.ring = NULL;
	hands_bench.hands = NULL;
}

void hands_teardown(void)
{
	ck_assert(!hands_bench.hands || writer_hands_idle(hands_bench.hands));
	hands_end();
	run_folder_teardown();
}

/* ---- hooks ---- */

void hook_make(const char *on_freeze, const char *on_thaw)
{
	AUTO(auto_fclose) FILE *file = fopen(HOOK, "we");

	ck_assert_ptr_nonnull(file);
	fprintf(file,
		"#!/bin/sh\n"
		"echo \"$1\" >>log\n"
		"case $1 in\n"
		"freeze) %s ;;\n"
		"thaw) %s ;;\n"
		"esac\n",
		on_freeze, on_thaw);
	ck_assert_int_eq(fchmod(fileno(file), 0700), 0);
}

bool hook_log_is(const char *text)
{
	AUTO(auto_fclose) FILE *file = fopen("log", "re");
	char found[256];
	size_t length = file ? fread(found, 1, sizeof found - 1, file) : 0;

	found[length] = '\0';
	return strcmp(found, text) == 0;
}

bool file_exists(const char *name)
{
	return access(name, F_OK) == 0;
}

bool process_in_file_runs(const char *name)
{
	AUTO(auto_fclose) FILE *file = fopen(name, "re");
	AUTO(auto_fclose) FILE *status = NULL;
	char path[64], state;
	int pid;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%d", &pid), 1);
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	status = fopen(path, "re");
	return status && fscanf(status, "%*d (%*[^)]) %c", &state) == 1 && state != 'Z';
}

void hook_freeze(struct told *told)
{
	ck_assert_int_eq(hands_freeze(told, WRITER_HOOK, HOOK), 0);
	ck_assert(!writer_hands_idle(hands_bench.hands));
	TURN_UNTIL(told->frozen_count == 1);
}

/* ---- main ---- */

int hands_main(int argc, char **argv, void (*add_tests)(TCase *tests))
{
	if (argc > 1 && strcmp(argv[1], WRITER_CHILD) == 0)
		return writer_child(argc - 1, argv + 1);

	Suite *suite = suite_create("control writer");
	TCase *tests = tcase_create("control writer");

	tcase_set_timeout(tests, 60);
	add_tests(tests);
	suite_add_tcase(suite, tests);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? 1 : 0;
}
