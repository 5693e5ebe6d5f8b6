/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/scenario.h"

#include <stdlib.h>

#include "scenarios/format/mistakes.h"
#include "scenarios/format/parse.h"
#include "scenarios/format/yaml_file.h"
#include "simfs/base/cleanup.h"

static void step_deinit(struct step *step)
{
	free(step->name);
	free(step->of);
	free(step->value);
	for (size_t i = 0; i < step->faults.count; i++)
		free(step->faults.texts[i]);
	free(step->faults.texts);
	free(step->start.gauge);
	free(step->start.at_least);
	free(step->expectation.says);
	free(step->expectation.snapshot);
	free(step->expectation.state);
	free(step->expectation.error);
	free(step->expectation.kernel_log);
	free(step->expectation.content);
}

void steps_deinit(struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		step_deinit(&steps[i]);
	free(steps);
}

void scenario_deinit(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->phase_count; i++) {
		steps_deinit(scenario->phases[i].steps, scenario->phases[i].step_count);
		free(scenario->phases[i].name);
	}
	free(scenario->phases);
	free(scenario->path);
	free(scenario->name);
	free(scenario->about);
	free(scenario->profile);
	free(scenario->client);
	free(scenario->limit);
	free(scenario->content.image);
	for (size_t i = 0; i < scenario->writers.count; i++)
		free(scenario->writers.texts[i]);
	free(scenario->writers.texts);
}

void scenario_destroy(struct scenario *scenario)
{
	if (!scenario)
		return;
	scenario_deinit(scenario);
	free(scenario);
}

int scenario_read(const char *path, struct mistakes *mistakes, struct scenario **ret)
{
	AUTO(auto_free) char *text = NULL;
	size_t length;
	int error = yaml_file_read(path, mistakes, &text, &length);

	return error < 0 ? error : scenario_parse(path, text, length, mistakes, ret);
}

int scenario_load(const char *path, FILE *messages, struct scenario **ret)
{
	struct mistakes mistakes;

	mistakes_init(&mistakes);

	int error = scenario_read(path, &mistakes, ret);

	mistakes_print(&mistakes, path, messages);
	mistakes_deinit(&mistakes);
	return error;
}
