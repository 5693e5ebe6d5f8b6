/* SPDX-License-Identifier: Apache-2.0 */
/* What the model says of sysfs, in a folder: made, changed, taken away. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/doors/dm/machine/nodes.h"
#include "simfs/doors/dm/machine/sysfs_tree.h"
#include "simfs/doors/dm/model/sysfs.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

static struct sysfs_tree *tree;
static int folder;

static void setup(void)
{
	run_folder_setup();
	folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(folder, 0);
	ck_assert_int_eq(sysfs_tree_create(folder, &tree), 0);
}

static void teardown(void)
{
	sysfs_tree_destroy(tree);
	close(folder);
	run_folder_teardown();
}

/* A line "PATH" is a folder, "PATH=TEXT" a file, "PATH>TEXT" a link. */
static int show(const char *const *lines)
{
	struct dm_sysfs view = { 0 };

	for (; *lines; lines++) {
		size_t length = strcspn(*lines, "=>");
		const char *text = *lines + length;

		view.entries = realloc(view.entries, (view.count + 1) * sizeof(*view.entries));
		view.entries[view.count++] = (struct dm_sysfs_entry){
			.kind = *text == '=' ? DM_SYSFS_FILE
				: *text	     ? DM_SYSFS_LINK
					     : DM_SYSFS_FOLDER,
			.path = strndup(*lines, length),
			.text = *text ? strdup(text + 1) : NULL,
		};
	}
	int error = sysfs_tree_update(tree, &view);

	ck_assert_uint_eq(view.count, 0);
	return error;
}

#define SHOW(...) show((const char *const[]){ __VA_ARGS__, NULL })

static const char *content(const char *path)
{
	static char text[256];
	FILE *file = fopen(path, "r");

	if (!file)
		return NULL;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static ino_t inode(const char *path)
{
	struct stat found;

	ck_assert_int_eq(lstat(path, &found), 0);
	return found.st_ino;
}

START_TEST(the_folders_that_are_bound_are_there_and_stay)
{
	ino_t block = inode("block"), of_class = inode("class/block");

	ck_assert_int_eq(SHOW("block", "block/a", "class", "class/block"), 0);
	ck_assert_int_eq(SHOW("block"), 0);
	ck_assert_uint_eq(inode("block"), block);
	ck_assert_uint_eq(inode("class/block"), of_class);
	ck_assert_int_eq(access("dev/block", F_OK), 0);
	ck_assert_int_eq(access("block/a", F_OK), -1);
}
END_TEST

START_TEST(entries_are_made_in_any_order_and_read_through_links)
{
	ck_assert_int_eq(SHOW("block/dm-1/dm/name=lin\n", "block/dm-1", "block/dm-1/dm", "block",
				 "dev", "dev/block", "dev/block/7:1>../../block/dm-1"),
		0);
	ck_assert_str_eq(content("dev/block/7:1/dm/name"), "lin\n");
}
END_TEST

START_TEST(only_what_has_changed_is_touched)
{
	ck_assert_int_eq(SHOW("block", "block/a", "block/a/one=1\n", "block/a/two=2\n"), 0);
	ino_t one = inode("block/a/one"), two = inode("block/a/two");

	ck_assert_int_eq(SHOW("block", "block/a", "block/a/one=1\n", "block/a/two=3\n"), 0);
	ck_assert_uint_eq(inode("block/a/one"), one);
	ck_assert_uint_ne(inode("block/a/two"), two);
	ck_assert_str_eq(content("block/a/two"), "3\n");
}
END_TEST

START_TEST(whoever_has_a_file_open_reads_what_it_held)
{
	char text[8] = "";

	ck_assert_int_eq(SHOW("block", "block/file=old\n"), 0);
	int fd = open("block/file", O_RDONLY);

	ck_assert_int_eq(SHOW("block", "block/file=new\n"), 0);
	ck_assert_int_eq(read(fd, text, 4), 4);
	ck_assert_str_eq(text, "old\n");
	close(fd);
}
END_TEST

START_TEST(what_is_not_said_any_more_goes_with_all_that_is_in_it)
{
	ck_assert_int_eq(SHOW("block", "block/a", "block/a/b", "block/a/b/c=x", "block/a/l>b"), 0);
	ck_assert_int_eq(SHOW("block", "block/z"), 0);
	ck_assert_int_eq(access("block/a", F_OK), -1);
	ck_assert_int_eq(access("block/z", F_OK), 0);
}
END_TEST

START_TEST(something_may_become_of_another_kind)
{
	ck_assert_int_eq(SHOW("block", "block/a=file"), 0);
	ck_assert_int_eq(SHOW("block", "block/a", "block/a/b=in it"), 0);
	ck_assert_str_eq(content("block/a/b"), "in it");
	ck_assert_int_eq(SHOW("block", "block/c=c", "block/a>c"), 0);
	ck_assert_str_eq(content("block/a"), "c");
	ck_assert_int_eq(SHOW("block", "block/c=c", "block/a=a"), 0);
	ck_assert_str_eq(content("block/a"), "a");
	ck_assert_str_eq(content("block/c"), "c");
}
END_TEST

START_TEST(what_could_not_be_made_is_tried_again)
{
	/* Somebody has put a folder where a file is to be. */
	ck_assert_int_eq(mkdir("block/a", 0755), 0);
	ck_assert_int_eq(SHOW("block", "block/a=1", "block/b=2"), -EISDIR);
	ck_assert_str_eq(content("block/b"), "2");
	ck_assert_int_eq(rmdir("block/a"), 0);
	ck_assert_int_eq(SHOW("block", "block/a=1", "block/b=2"), 0);
	ck_assert_str_eq(content("block/a"), "1");
	ck_assert_int_eq(access(".new", F_OK), -1);
}
END_TEST

START_TEST(what_cannot_be_a_node_is_none)
{
	static const char *const names[] = { "", ".", "..", "control", "a/b", "../x" };
	char longest[200];

	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		ck_assert_int_eq(node_make(folder, names[i], 7, 1), -EINVAL);
		ck_assert_int_eq(node_remove(folder, names[i]), -EINVAL);
	}
	ck_assert_int_eq(node_make(folder, longest, 7, 1), -EINVAL);
	ck_assert_int_eq(node_remove(folder, "not there"), 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm_sysfs_tree");
	TCase *tests = tcase_create("tree");

	(void)argc;
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, the_folders_that_are_bound_are_there_and_stay);
	tcase_add_test(tests, entries_are_made_in_any_order_and_read_through_links);
	tcase_add_test(tests, only_what_has_changed_is_touched);
	tcase_add_test(tests, whoever_has_a_file_open_reads_what_it_held);
	tcase_add_test(tests, what_is_not_said_any_more_goes_with_all_that_is_in_it);
	tcase_add_test(tests, something_may_become_of_another_kind);
	tcase_add_test(tests, what_could_not_be_made_is_tried_again);
	tcase_add_test(tests, what_cannot_be_a_node_is_none);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
