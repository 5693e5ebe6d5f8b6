/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "simfs/base/heap.h"

static void measure_wish_deinit(struct measure_wish *wish)
{
	free(wish->name);
	free(wish->value);
}

static void event_wish_deinit(struct event_wish *wish)
{
	free(wish->event);
	free(wish->rule);
	free(wish->point);
	free(wish->snapshot);
	free(wish->writer);
}

void step_deinit(struct step *step)
{
	free(step->name);
	free(step->of);
	free(step->value);
	free(step->prefix);
	free(step->fails);
	free(step->limit);
	free(step->before);
	free(step->after);
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
	measure_wish_deinit(&step->expectation.gauge);
	measure_wish_deinit(&step->expectation.counter);
	measure_wish_deinit(&step->expectation.elapsed);
	event_wish_deinit(&step->expectation.journal);
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
	for (size_t i = 0; i < scenario->need_count; i++)
		free(scenario->needs[i]);
	free(scenario->needs);
	free(scenario->limit);
	free(scenario->sr);
	free(scenario->node_format);
	free(scenario->content.image);
	free(scenario->content.command);
	for (size_t i = 0; i < scenario->writers.count; i++)
		free(scenario->writers.texts[i]);
	free(scenario->writers.texts);
	for (size_t i = 0; i < scenario->environment.count; i++)
		free(scenario->environment.texts[i]);
	free(scenario->environment.texts);
}

void scenario_destroy(struct scenario *scenario)
{
	if (!scenario)
		return;
	scenario_deinit(scenario);
	free(scenario);
}

char *content_image_path(const struct content_spec *content, const char *scenario_path)
{
	const char *slash = scenario_path ? strrchr(scenario_path, '/') : NULL;

	if (content->image[0] == '/' || !slash)
		return heap_copy(content->image);
	return heap_format("%.*s/%s", (int)(slash - scenario_path), scenario_path, content->image);
}
