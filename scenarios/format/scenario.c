/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "scenarios/base/heap.h"
#include "scenarios/format/mistakes.h"
#include "scenarios/format/parse.h"
#include "scenarios/format/yaml_tree.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"

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

void scenario_destroy(struct scenario *scenario)
{
	if (!scenario)
		return;
	for (size_t i = 0; i < scenario->phase_count; i++) {
		struct phase *phase = &scenario->phases[i];

		for (size_t j = 0; j < phase->step_count; j++)
			step_deinit(&phase->steps[j]);
		free(phase->steps);
		free(phase->name);
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
	free(scenario);
}

/*
 * Reads up to ROOM bytes from FD, which may be a pipe.  Returns how many, or
 * -errno.
 */
static ssize_t read_whole(int fd, char *buffer, size_t room)
{
	size_t length = 0;

	while (length < room) {
		ssize_t got = read(fd, buffer + length, room - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		length += (size_t)got;
	}
	return (ssize_t)length;
}

int scenario_read(const char *path, struct mistakes *mistakes, struct scenario **ret)
{
	const struct place whole = { 0, 0 };
	/* One byte more than allowed, so that a longer file is seen to be longer. */
	AUTO(auto_free) char *text = heap_new(YAML_BYTES_MAX + 1);
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -errno : read_whole(fd, text, YAML_BYTES_MAX + 1);

	if (length < 0) {
		mistakes_add(mistakes, whole, "cannot read scenario: %s", error_text((int)length));
		return (int)length;
	}
	return scenario_parse(path, text, (size_t)length, mistakes, ret);
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
