/* SPDX-License-Identifier: Apache-2.0 */
/* What a volume has of its profile's driver, and only then. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/profile/datto.h"
#include "simfs/volume/extension.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

START_TEST(a_driver_that_a_profile_names_is_there_and_no_other)
{
	const struct profile *profile;

	for (size_t i = 0; (profile = profile_at(i)); i++) {
		struct engine engine;
		/* The one driver that has a file to tell of itself. */
		bool tells = profile->driver && strcmp(profile->driver, DATTO_DRIVER) == 0;
		char *text;

		engine_init(&engine, engine_seed(),
			&(struct engine_options){ .volume_bytes = 1 << 20, .profile = profile });
		text = volume_info(engine.volume);
		ck_assert_msg((volume_info_name(engine.volume) != NULL) == tells, "profile '%s'",
			profile->name);
		ck_assert_msg((text != NULL) == tells, "profile '%s'", profile->name);
		free(text);
		engine_deinit(&engine);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume extension");
	TCase *drivers = tcase_create("drivers");

	(void)argc;
	tcase_add_test(drivers, a_driver_that_a_profile_names_is_there_and_no_other);
	suite_add_tcase(suite, drivers);
	return engine_suite_run(suite, argv[0]);
}
