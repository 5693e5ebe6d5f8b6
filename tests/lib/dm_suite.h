/* SPDX-License-Identifier: Apache-2.0 */
/* dm_suite.h - a test program of device-mapper's model: one caller, and its last answer. */
#ifndef SNAPRIG_TESTS_LIB_DM_SUITE_H
#define SNAPRIG_TESTS_LIB_DM_SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/lib/dm_caller.h"

/* A table on a base disk of dm_caller.h. */
#define LINEAR "0 16 linear 259:0 0"

extern struct dm_caller caller;
extern struct dm_answer answer; /* of the last say() or ask() */

/* A checked fixture with a new CALLER. */
void dm_suite_setup(void);
void dm_suite_teardown(void);

/* Sends REQUEST, and performs its effects.  Returns its error. */
static inline int ask(const struct dm_request *request)
{
	return dm_caller_say(&caller, request, &answer);
}

static inline int say(unsigned int nr, const char *name, uint32_t flags)
{
	return ask(&(struct dm_request){ .nr = nr, .name = name, .flags = flags });
}

static inline bool is_there(const char *name)
{
	return dm_model_find_name(caller.model, name) != NULL;
}

/* Checks that LOG was performed since the last call, and clears the log. */
static inline void expect_log(const char *log)
{
	ck_assert_str_eq(caller.log, log);
	caller.log[0] = '\0';
}

/* main() of a program of the suite NAME; ADD_TESTS adds its tests to a case with that fixture. */
int dm_suite_main(const char *name, const char *program, void (*add_tests)(TCase *tests));

#endif
