/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client is known to lose of a tree is not asked of it, and nothing else is forgiven:
 * each change of a tree is told, unless the loss that it is was named.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "scenarios/judge/manifest.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

#define SECONDS 1700000000

static void times_set(const char *path, time_t seconds, long nanoseconds)
{
	const struct timespec times[2] = { { seconds, nanoseconds }, { seconds, nanoseconds } };

	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

static void file_make(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

/* FOLDER with a file of two names, another one, and a link. */
static void tree_make(const char *folder)
{
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	ck_assert_int_eq(chdir(folder), 0);
	file_make("file", "some text");
	file_make("other", "another text");
	ck_assert_int_eq(link("file", "hard"), 0);
	ck_assert_int_eq(symlink("file", "link"), 0);
	times_set("file", SECONDS, 123456789);
	times_set("other", SECONDS, 123456789);
	times_set("link", SECONDS, 123456789);
	ck_assert_int_eq(chdir(".."), 0);
}

/* ---- what may become of it ---- */

static void link_is_late(void)
{
	times_set("link", SECONDS + 5, 0);
}

static void fraction_is_gone(void)
{
	times_set("other", SECONDS, 0);
}

static void file_is_late(void)
{
	times_set("other", SECONDS + 1, 123456789);
}

/* What lies in memory has none on older kernels. */
static bool has_no_attributes;

static void attribute_is_there(void)
{
	int error = setxattr("other", "user.a", "b", 1, 0);

	has_no_attributes = error < 0 && errno == ENOTSUP;
	ck_assert(error == 0 || has_no_attributes);
	times_set("other", SECONDS, 123456789);
}

static void names_are_apart(void)
{
	ck_assert_int_eq(unlink("hard"), 0);
	file_make("hard", "some text");
	times_set("hard", SECONDS, 123456789);
}

static void content_is_another(void)
{
	file_make("other", "another tExt");
	times_set("other", SECONDS, 123456789);
}

static const struct change {
	void (*make)(void);
	const char *told;
	struct tree_losses loss; /* that forgives it; none: it is never forgiven */
} changes[] = {
	{ link_is_late, "'link' has another time", { .link_times = true } },
	{ fraction_is_gone, "'other' has another time", { .fractions = true } },
	{ file_is_late, "'other' has another time", { 0 } },
	{ attribute_is_there, "'other' has other attributes", { .attributes = true } },
	{ names_are_apart, "'hard' is linked otherwise", { .hard_links = true } },
	{ content_is_another, "'other' has another content", { 0 } },
};

static const struct tree_losses all_losses = { true, true, true, true };

static bool is_forgiven(const struct change *change, const struct tree_losses *losses)
{
	const struct tree_losses *loss = &change->loss;

	return (loss->link_times && losses->link_times) || (loss->fractions && losses->fractions) ||
	       (loss->attributes && losses->attributes) || (loss->hard_links && losses->hard_links);
}

static void expect(const struct change *change, const struct manifest *before,
	const struct manifest *after, const struct tree_losses *losses)
{
	struct tree_comparison comparison;
	char *text = manifest_compare(before, after, losses, NULL, &comparison);

	ck_assert_msg(comparison.same == is_forgiven(change, losses), "%s: %s", change->told, text);
	if (!comparison.same)
		ck_assert_msg(strstr(text, change->told), "not '%s': %s", change->told, text);
	free(text);
}

static struct manifest *manifest_of(const char *folder)
{
	struct manifest *manifest;
	char *path;

	ck_assert_int_eq(manifest_create(folder, &manifest, &path), 0);
	return manifest;
}

START_TEST(a_change_is_told_unless_it_is_the_loss_that_was_named)
{
	const struct change *change = &changes[_i];
	struct tree_losses others = all_losses;
	struct manifest *before, *after;

	tree_make("before");
	tree_make("after");
	ck_assert_int_eq(chdir("after"), 0);
	change->make();
	ck_assert_int_eq(chdir(".."), 0);
	if (has_no_attributes)
		return;
	before = manifest_of("before");
	after = manifest_of("after");
	others.link_times = !change->loss.link_times;
	others.fractions = !change->loss.fractions;
	others.attributes = !change->loss.attributes;
	others.hard_links = !change->loss.hard_links;
	expect(change, before, after, &(const struct tree_losses){ 0 });
	expect(change, before, after, &change->loss);
	expect(change, before, after, &others);
	expect(change, before, after, &all_losses);
	manifest_destroy(before);
	manifest_destroy(after);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("manifest");
	TCase *losses = tcase_create("losses");

	(void)argc;
	tcase_add_checked_fixture(losses, run_folder_setup, run_folder_teardown);
	tcase_add_loop_test(losses, a_change_is_told_unless_it_is_the_loss_that_was_named, 0,
		(int)(sizeof changes / sizeof changes[0]));
	suite_add_tcase(suite, losses);
	return engine_suite_run(suite, argv[0]);
}
