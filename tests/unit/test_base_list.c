/* SPDX-License-Identifier: Apache-2.0 */
/* A list whose links are used wrongly ends the program, in every build. */
#include <check.h>
#include <signal.h>

#include "simfs/base/list.h"
#include "tests/lib/engine_suite.h"

struct thing {
	int number;
	struct list link;
};

static struct list head, other;
static struct thing things[3];

static void setup(void)
{
	list_init(&head);
	list_init(&other);
	for (int i = 0; i < 3; i++) {
		things[i] = (struct thing){ .number = i };
		list_append(&head, &things[i].link);
	}
}

START_TEST(a_removed_link_can_be_put_on_a_list_again)
{
	list_remove(&things[1].link);
	ck_assert(!list_is_linked(&things[1].link));
	list_append(&other, &things[1].link);
	ck_assert(list_is_linked(&things[1].link));
	ck_assert_ptr_eq(list_pop(&other), &things[1].link);
	ck_assert(list_empty(&other));
	list_prepend(&head, &things[1].link);
	ck_assert_ptr_eq(head.next, &things[1].link);
}
END_TEST

START_TEST(what_is_moved_to_another_list_stays_in_order)
{
	list_splice(&other, &head);
	ck_assert(list_empty(&head));
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_eq(list_pop(&other), &things[i].link);
	ck_assert_ptr_null(list_pop(&other));
	list_splice(&head, &other);
	ck_assert(list_empty(&head));
}
END_TEST

START_TEST(a_link_is_not_removed_twice)
{
	list_remove(&things[1].link);
	list_remove(&things[1].link);
}
END_TEST

START_TEST(a_popped_link_is_not_removed)
{
	list_pop(&head);
	list_remove(&things[0].link);
}
END_TEST

START_TEST(a_link_that_was_on_no_list_is_not_removed)
{
	struct thing thing = { .number = 3 };

	list_remove(&thing.link);
}
END_TEST

START_TEST(a_link_on_a_list_is_not_put_on_another)
{
	list_append(&other, &things[1].link);
}
END_TEST

START_TEST(a_link_on_a_list_is_not_put_there_again)
{
	list_append(&head, &things[2].link);
}
END_TEST

START_TEST(a_link_that_is_cleared_on_its_list_is_found_by_its_neighbour)
{
	things[1].link = (struct list){ 0 };
	list_remove(&things[0].link);
}
END_TEST

/* A walk that removes where it stands. */
START_TEST(a_walk_over_a_removed_link_goes_nowhere)
{
	/* A sanitizer has a handler of its own. */
	signal(SIGSEGV, SIG_DFL);
	list_for_each (at, &head)
		list_remove(at);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("base/list");
	TCase *right = tcase_create("right");
	TCase *wrong = tcase_create("wrong");

	(void)argc;
	tcase_add_checked_fixture(right, setup, NULL);
	tcase_add_test(right, a_removed_link_can_be_put_on_a_list_again);
	tcase_add_test(right, what_is_moved_to_another_list_stays_in_order);
	suite_add_tcase(suite, right);
	tcase_add_checked_fixture(wrong, setup, NULL);
	tcase_add_test_raise_signal(wrong, a_link_is_not_removed_twice, SIGABRT);
	tcase_add_test_raise_signal(wrong, a_popped_link_is_not_removed, SIGABRT);
	tcase_add_test_raise_signal(wrong, a_link_that_was_on_no_list_is_not_removed, SIGABRT);
	tcase_add_test_raise_signal(wrong, a_link_on_a_list_is_not_put_on_another, SIGABRT);
	tcase_add_test_raise_signal(wrong, a_link_on_a_list_is_not_put_there_again, SIGABRT);
	tcase_add_test_raise_signal(
		wrong, a_link_that_is_cleared_on_its_list_is_found_by_its_neighbour, SIGABRT);
	tcase_add_test_raise_signal(wrong, a_walk_over_a_removed_link_goes_nowhere, SIGSEGV);
	suite_add_tcase(suite, wrong);
	return engine_suite_run(suite, argv[0]);
}
