/* SPDX-License-Identifier: Apache-2.0 */
/* Points and actions: their tables, and which action makes sense where. */
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "faults/action.h"
#include "tests/lib/engine_suite.h"

START_TEST(every_point_is_found_by_its_name_and_says_what_is_true)
{
	size_t count = 0;

	for (const struct point_row *row; (row = fault_point_at(count)); count++) {
		enum fault_point point = FAULT_POINTS;

		ck_assert_int_eq(fault_point_find(row->name, &point), 0);
		ck_assert_uint_eq((size_t)point, count);
		ck_assert_uint_gt(strlen(row->about), 20);
		ck_assert_uint_gt(strlen(point_kind_name(row->kind)), 0);
	}
	ck_assert_uint_eq(count, FAULT_POINTS);
}
END_TEST

START_TEST(an_unknown_point_is_not_found)
{
	enum fault_point point = FAULT_LIVE_READ;

	ck_assert_int_eq(fault_point_find("live.Read", &point), -ENOENT);
	ck_assert_int_eq(fault_point_find("", &point), -ENOENT);
	ck_assert_int_eq(fault_point_find("live.read ", &point), -ENOENT);
	ck_assert_int_eq(point, FAULT_LIVE_READ);
}
END_TEST

/* Whatever is not here is refused; error and crash go everywhere. */
static const struct {
	enum fault_point point;
	const char *actions;
} sensible[FAULT_POINTS] = {
	{ FAULT_LIVE_READ, "delay hang short zero flip misdirect" },
	{ FAULT_LIVE_WRITE, "delay hang short flip tear drop misdirect" },
	{ FAULT_LIVE_FLUSH, "delay hang drop" },
	{ FAULT_LIVE_DISCARD, "delay hang drop fail-snapshot" },
	{ FAULT_SNAPSHOT_CREATE, "delay hang" },
	{ FAULT_SNAPSHOT_COMMIT, "delay hang" },
	{ FAULT_SNAPSHOT_OPEN, "delay hang fail-snapshot" },
	{ FAULT_SNAPSHOT_READ, "delay hang short zero stale flip misdirect fail-snapshot" },
	{ FAULT_SNAPSHOT_SEEK, "delay hang hole data fail-snapshot" },
	{ FAULT_SNAPSHOT_WRITE, "delay hang short flip tear drop misdirect fail-snapshot" },
	{ FAULT_SNAPSHOT_DELETE, "delay hang" },
	{ FAULT_CHANGED_READ, "delay hang lost missing added fail-snapshot" },
	{ FAULT_COW_READ_OLD, "delay hang zero flip misdirect" },
	{ FAULT_COW_STORE, "delay hang drop fail-snapshot" },
	{ FAULT_COW_AFTER_STORE, "delay hang" },
	{ FAULT_STORE_APPEND, "delay hang flip tear drop misdirect" },
	{ FAULT_STORE_FLUSH, "delay hang drop" },
	{ FAULT_STORE_RECOVER, "zero flip misdirect" },
	{ FAULT_ORIGIN_READ, "delay hang zero flip misdirect" },
	{ FAULT_ORIGIN_WRITE, "delay hang flip tear drop misdirect" },
	{ FAULT_WRITER_IDENTIFY, "delay hang drop" },
	{ FAULT_WRITER_PREPARE_BACKUP, "delay hang drop" },
	{ FAULT_WRITER_PREPARE_SNAPSHOT, "delay hang drop" },
	{ FAULT_WRITER_FREEZE, "delay hang drop" },
	{ FAULT_WRITER_THAW, "delay hang drop" },
	{ FAULT_WRITER_POST_SNAPSHOT, "delay hang drop" },
	{ FAULT_WRITER_BACKUP_COMPLETE, "delay hang drop" },
	{ FAULT_WRITER_PRE_RESTORE, "delay hang drop" },
	{ FAULT_WRITER_POST_RESTORE, "delay hang drop" },
	{ FAULT_WRITER_BACKUP_SHUTDOWN, "delay hang drop" },
	{ FAULT_CHAIN_SNAPSHOT, "delay hang" },
	{ FAULT_COALESCE_START, "delay hang" },
	{ FAULT_COALESCE_COPY, "delay hang" },
	{ FAULT_COALESCE_RELINK, "delay hang" },
	{ FAULT_CONTROL_COMMAND, "delay hang" },
	{ FAULT_DM_IOCTL, "delay hang" },
	{ FAULT_DM_UDEV, "delay hang drop" },
	{ FAULT_XAPI_CALL, "delay hang reply" },
	{ FAULT_XAPI_EXPORT, "delay hang reply" },
	{ FAULT_XAPI_IMPORT, "delay hang reply" },
	{ FAULT_XAPI_EVENT, "delay hang drop reply" },
};

static bool has_word(const char *words, const char *word)
{
	char all[128], one[32];

	snprintf(all, sizeof all, " error crash %s ", words);
	snprintf(one, sizeof one, " %s ", word);
	return strstr(all, one);
}

START_TEST(an_action_is_refused_with_a_reason_where_it_makes_no_sense)
{
	for (size_t i = 0; i < FAULT_POINTS; i++) {
		ck_assert_uint_eq((size_t)sensible[i].point, i);
		for (size_t action = FAULT_NO_ACTION + 1; action < FAULT_ACTIONS; action++) {
			const char *name = action_at(action)->name;
			const char *why = action_refusal(
				(enum fault_action)action, (enum fault_point)i);

			ck_assert_msg(has_word(sensible[i].actions, name) == !why, "%s at %s: %s",
				name, fault_point_at(i)->name, why ? why : "makes sense");
			ck_assert(!why || strlen(why) > 10);
		}
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("fault point");
	TCase *tcase = tcase_create("fault point");

	(void)argc;
	tcase_add_test(tcase, every_point_is_found_by_its_name_and_says_what_is_true);
	tcase_add_test(tcase, an_unknown_point_is_not_found);
	tcase_add_test(tcase, an_action_is_refused_with_a_reason_where_it_makes_no_sense);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
