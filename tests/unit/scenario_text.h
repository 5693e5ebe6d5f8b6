/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario_text.h - what the parser says about a text, for tests.
 */
#ifndef SNAPRIG_TESTS_SCENARIO_TEXT_H
#define SNAPRIG_TESTS_SCENARIO_TEXT_H

#include "scenarios/format/scenario.h"

/* Where the scenarios of these tests lie, from the root of the checkout. */
#define SCENARIO_FIXTURES "tests/fixtures/scenarios/"

/* The messages about TEXT, whose path is x.yaml; "" when it is right.  The caller's to free. */
char *scenario_text_messages(const char *text);

/* The messages about the fixture NAME, its folder left out.  The caller's to free. */
char *scenario_fixture_messages(const char *name);

/*
 * The scenario in TEXT; the test fails when it has a mistake.  The caller's to
 * destroy.
 */
struct scenario *scenario_text_parse(const char *text);

/* So, of a text that may have a matrix. */
struct scenario_list scenario_text_parse_all(const char *text);

/*
 * A scenario whose only phase takes the snapshot s0 (line 7), backs it up to
 * b0 (line 8) and then does STEPS (from line 9).  The caller's to free.
 */
char *scenario_text_with_steps(const char *steps);

#endif
