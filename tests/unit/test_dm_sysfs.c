/* SPDX-License-Identifier: Apache-2.0 */
/* What /sys shows of a world's devices. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/doors/dm/model/sysfs.h"
#include "tests/lib/dm_caller.h"
#include "tests/lib/engine_suite.h"

static struct dm_caller caller;
static struct dm_sysfs view;

static void setup(void)
{
	dm_caller_init(&caller);
}

static void teardown(void)
{
	dm_sysfs_deinit(&view);
	dm_caller_deinit(&caller);
}

static void look(void)
{
	dm_sysfs_deinit(&view);
	ck_assert_int_eq(dm_sysfs_view(caller.model, &view), 0);
}

static const struct dm_sysfs_entry *find(const char *path, size_t length)
{
	for (size_t i = 0; i < view.count; i++)
		if (strncmp(view.entries[i].path, path, length) == 0 &&
			view.entries[i].path[length] == '\0')
			return &view.entries[i];
	return NULL;
}

static void expect(const char *path, const char *text)
{
	const struct dm_sysfs_entry *entry = find(path, strlen(path));

	ck_assert_msg(entry && entry->text, "there is no %s", path);
	ck_assert_str_eq(entry->text, text);
}

static void expect_none(const char *path)
{
	ck_assert_msg(!find(path, strlen(path)), "there is %s", path);
}

/* Each entry is once, behind the folder that it is in. */
static void expect_makeable(void)
{
	for (size_t i = 0; i < view.count; i++) {
		const char *path = view.entries[i].path, *slash = strrchr(path, '/');

		ck_assert_ptr_eq(find(path, strlen(path)), &view.entries[i]);
		if (!slash)
			continue;
		const struct dm_sysfs_entry *folder = find(path, (size_t)(slash - path));
		ck_assert_msg(folder && folder < &view.entries[i], "%s is in no folder", path);
		ck_assert_int_eq(folder->kind, DM_SYSFS_FOLDER);
	}
}

/* A link leads to an entry, or to what the kernel says of a loop device. */
static void expect_resolvable(void)
{
	for (size_t i = 0; i < view.count; i++) {
		const struct dm_sysfs_entry *link = &view.entries[i];
		const char *text = link->text, *path = link->path;
		size_t depth = 0;

		if (link->kind != DM_SYSFS_LINK)
			continue;
		for (const char *at = path; (at = strchr(at, '/')); at++)
			depth++;
		for (; strncmp(text, "../", 3) == 0; text += 3)
			depth--;
		ck_assert_msg(depth == 0, "%s leads to %s", path, link->text);
		ck_assert_msg(find(text, strlen(text)) ||
				      strncmp(text, "devices/virtual/block/loop", 26) == 0,
			"%s leads to %s", path, text);
	}
}

START_TEST(a_world_without_devices_has_its_disks)
{
	look();
	expect_makeable();
	expect_resolvable();
	expect("block/sda/sda3/dev", "259:0\n");
	expect("block/sda/sda3/partition", "3\n");
	expect("block/sda/sda3/size", "2097152\n");
	expect("block/sda/dev", "8:0\n");
	expect("block/sdb/sdb1/dev", "259:1\n");
	expect("dev/block/259:0", "../../block/sda/sda3");
	expect("dev/block/8:0", "../../block/sda");
	expect("class/block/sda3", "../../block/sda/sda3");
	expect_none("block/sda/partition");
	expect_none("block/sda/sda3/removable");
}
END_TEST

START_TEST(partitions_of_one_disk_lie_in_one_folder)
{
	ck_assert_int_eq(dm_model_add_base(caller.model, 259, 2, 8, 3, "sda4"), 0);
	ck_assert_int_eq(dm_model_add_base(caller.model, 259, 3, 8, 4, "nvme0n1p2"), 0);
	ck_assert_int_eq(dm_model_add_base(caller.model, 259, 4, 8, 5, "nvme1n1"), 0);
	ck_assert_int_eq(dm_model_add_base(caller.model, 252, 0, 8, 6, "vda"), 0);
	look();
	expect_makeable();
	expect_resolvable();
	expect("block/sda/sda4/partition", "4\n");
	expect("block/nvme0n1/nvme0n1p2/partition", "2\n");
	expect("block/nvme1n1/dev", "259:4\n");
	expect("block/vda/dev", "252:0\n");
}
END_TEST

START_TEST(base_disks_are_known_once_and_are_none_of_our_devices)
{
	static const struct {
		unsigned int major, minor;
		uint64_t disk;
		const char *name;
		int error;
	} cases[] = {
		{ 259, 0, 9, "sdc1", -EEXIST },
		{ 259, 9, 1, "sdc1", -EEXIST },
		{ 259, 9, 9, "sda3", -EEXIST },
		{ DM_MAJOR, 9, 9, "sdc1", -EINVAL },
		{ 259, 9, DM_FIRST_DISK, "sdc1", -EINVAL },
		{ 259, 9, 9, "", -EINVAL },
		{ 259, 9, 9, "..", -EINVAL },
		{ 259, 9, 9, "a/b", -EINVAL },
		{ 259, 9, 9, "a-name-of-a-disk-that-is-too-long", -EINVAL },
		{ 259, 9, 9, "sdc1", 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_int_eq(dm_model_add_base(caller.model, cases[i].major, cases[i].minor, 8,
					 cases[i].disk, cases[i].name),
			cases[i].error);
}
END_TEST

START_TEST(a_device_shows_what_it_is)
{
	const struct dm_request request = {
		.nr = DM_DEV_CREATE_CMD, .name = "vg-lv", .uuid = "LVM-1"
	};
	struct dm_answer answer;

	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);
	look();
	expect_none("block/dm-1");
	expect_none("dev/block/7:1");

	dm_caller_load(&caller, "vg-lv", "0 8 zero ");
	look();
	expect("block/dm-1/size", "0\n");
	expect("block/dm-1/dm/name", "vg-lv\n");
	expect("block/dm-1/dm/uuid", "LVM-1\n");
	expect("block/dm-1/dm/suspended", "0\n");
	expect("dev/block/7:1", "../../block/dm-1");

	dm_caller_load(&caller, "vg-lv", "0 16 linear 259:0 0");
	dm_caller_resume(&caller, "vg-lv");
	dm_caller_suspend(&caller, "vg-lv");
	look();
	expect_makeable();
	expect_resolvable();
	expect("block/dm-1/size", "16\n");
	expect("block/dm-1/dev", "7:1\n");
	expect("block/dm-1/dm/suspended", "1\n");
	expect("block/dm-1/uevent", "MAJOR=7\nMINOR=1\nDEVNAME=dm-1\nDEVTYPE=disk\n");
}
END_TEST

START_TEST(who_lies_on_whom_is_linked_both_ways)
{
	dm_caller_make(&caller, "lower", "0 16 linear 259:0 0");
	dm_caller_create(&caller, "upper");
	/* An inactive table holds, too; twice the same is once. */
	dm_caller_load(&caller, "upper", "0 8 linear 7:1 0; 8 8 linear 259:0 0");
	look();
	expect_makeable();
	expect_resolvable();
	expect("block/dm-1/holders/dm-2", "../../../block/dm-2");
	expect("block/dm-2/slaves/dm-1", "../../../block/dm-1");
	expect("block/sda/sda3/holders/dm-1", "../../../../block/dm-1");
	expect("block/sda/sda3/holders/dm-2", "../../../../block/dm-2");
	expect("block/dm-1/slaves/sda3", "../../../block/sda/sda3");

	dm_caller_resume(&caller, "upper");
	dm_caller_load(&caller, "upper", "0 8 linear 7:1 0");
	look();
	expect_makeable();
	dm_caller_load(&caller, "upper", "0 8 zero ");
	dm_caller_resume(&caller, "upper");
	look();
	expect_none("block/dm-1/holders/dm-2");
	expect_none("block/dm-2/slaves/dm-1");
}
END_TEST

static unsigned int looks;

static void look_meanwhile(struct dm_caller *from, struct dm_effect *effect)
{
	(void)from;
	(void)effect;
	looks++;
	look();
	expect_makeable();
	expect_resolvable();
	expect_none("block/dm-1");
	expect_none("block/sda/sda3/holders/dm-1");
}

/* It has its disks open, and is none yet. */
START_TEST(a_device_is_not_shown_while_its_first_table_is_loaded)
{
	dm_caller_create(&caller, "s");
	caller.meanwhile = look_meanwhile;
	ck_assert_int_eq(dm_caller_load(&caller, "s", "0 8 snapshot 259:0 259:1 P 8"), 0);
	caller.meanwhile = NULL;
	ck_assert_uint_gt(looks, 0);
	look();
	expect("block/sda/sda3/holders/dm-1", "../../../../block/dm-1");
}
END_TEST

START_TEST(what_has_gone_is_not_shown)
{
	dm_caller_make(&caller, "lv", "0 16 linear 259:0 0");
	ck_assert_int_eq(dm_caller_remove(&caller, "lv"), 0);
	look();
	expect_none("block/dm-1");
	expect_none("dev/block/7:1");
	expect_none("block/sda/sda3/holders/dm-1");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm sysfs");
	TCase *tcase = tcase_create("sysfs");

	(void)argc;
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_world_without_devices_has_its_disks);
	tcase_add_test(tcase, partitions_of_one_disk_lie_in_one_folder);
	tcase_add_test(tcase, base_disks_are_known_once_and_are_none_of_our_devices);
	tcase_add_test(tcase, a_device_shows_what_it_is);
	tcase_add_test(tcase, who_lies_on_whom_is_linked_both_ways);
	tcase_add_test(tcase, a_device_is_not_shown_while_its_first_table_is_loaded);
	tcase_add_test(tcase, what_has_gone_is_not_shown);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
