/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/dm_suite.h"

#include "tests/lib/engine_suite.h"

struct dm_caller caller;
struct dm_answer answer;

void dm_suite_setup(void)
{
	dm_caller_init(&caller);
}

void dm_suite_teardown(void)
{
	dm_caller_deinit(&caller);
}

int dm_suite_main(const char *name, const char *program, void (*add_tests)(TCase *tests))
{
	Suite *suite = suite_create(name);
	TCase *tests = tcase_create(name);

	tcase_add_checked_fixture(tests, dm_suite_setup, dm_suite_teardown);
	add_tests(tests);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, program);
}
