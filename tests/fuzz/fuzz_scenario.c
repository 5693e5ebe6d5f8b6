/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_scenario.c - any bytes are a scenario or a list of mistakes, never a crash.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "scenarios/format/parse.h"
#include "scenarios/format/step_title.h"
#include "scenarios/report/text.h"
#include "simfs/base/check.h"
#include "simfs/base/yaml/mistakes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns whether a step of this kind must have a name. */
static bool has_name(enum step_kind kind)
{
	static const bool named[STEP_EXPECT + 1] = {
		[STEP_SNAPSHOT] = true,
		[STEP_DELETE] = true,
		[STEP_WRITE] = true,
		[STEP_GAUGE] = true,
		[STEP_RELEASE] = true,
		[STEP_FAULT_REMOVE] = true,
		[STEP_WRITER_KILL] = true,
		[STEP_WRITER_REMOVE] = true,
		[STEP_CLONE] = true,
		[STEP_FAILURE] = true,
		[STEP_REMEDY] = true,
		[STEP_BACKUP] = true,
		[STEP_AWAIT] = true,
	};

	return named[kind];
}

/* What the parser accepts must be complete: the runner does not check it again. */
static void check_scenario(const struct scenario *scenario)
{
	MUST(scenario->name && scenario->about && scenario->profile && scenario->client);
	MUST(scenario->phase_count > 0 && scenario->time_limit_ns > 0);
	for (size_t i = 0; i < scenario->phase_count; i++) {
		const struct phase *phase = &scenario->phases[i];

		MUST(phase->name && phase->step_count > 0);
		for (size_t j = 0; j < phase->step_count; j++) {
			const struct step *step = &phase->steps[j];

			MUST(step->name || !has_name(step->kind));
			MUST(step->faults.count > 0 || step->kind != STEP_FAULT);
			MUST(step->place.line > 0 && step->place.column > 0);
			free(step_title(step));
		}
	}
}

/* A message is one line of valid characters. */
static void check_mistakes(const struct mistakes *mistakes)
{
	MUST(mistakes->count > 0);
	for (size_t i = 0; i < mistakes->count; i++) {
		const char *at = mistakes->items[i].text;

		MUST(*at);
		for (size_t length; *at; at += length) {
			length = utf8_length(at);
			MUST((unsigned char)*at >= ' ');
			MUST(length > 0);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scenario_list list = { 0 };
	struct mistakes mistakes;

	mistakes_init(&mistakes);
	if (scenarios_parse("x.yaml", (const char *)data, size, &mistakes, &list) == 0) {
		MUST(mistakes.count == 0 && list.count > 0);
		for (size_t i = 0; i < list.count; i++)
			check_scenario(list.items[i]);
	} else {
		MUST(list.count == 0);
		check_mistakes(&mistakes);
	}
	mistakes_deinit(&mistakes);
	scenario_list_deinit(&list);
	return 0;
}
