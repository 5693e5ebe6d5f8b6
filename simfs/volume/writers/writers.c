/* SPDX-License-Identifier: Apache-2.0 */
/* writers.c - adds, removes and kills the writers of a volume. */
#include "simfs/volume/writers/writers.h"
#include "simfs/volume/core.h"
#include "simfs/volume/writers/steps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/log.h"

/* As in rules: _ also stands for a blank. */
static bool is_alike(const char *name, const char *other)
{
	for (; *name && *other; name++, other++)
		if (*name != *other && !(strchr(" _", *name) && strchr(" _", *other)))
			return false;
	return *name == *other;
}

static struct volume_writer *find_alike(const struct volume *volume, const char *name)
{
	list_for_each (at, &volume->writers.list) {
		struct volume_writer *writer = CONTAINER_OF(at, struct volume_writer, link);

		if (is_alike(writer->spec.name, name))
			return writer;
	}
	return NULL;
}

static struct volume_writer *find(const struct volume *volume, const char *name)
{
	list_for_each (at, &volume->writers.list) {
		struct volume_writer *writer = CONTAINER_OF(at, struct volume_writer, link);

		if (strcmp(writer->spec.name, name) == 0)
			return writer;
	}
	return NULL;
}

static struct volume_writer *find_named(const struct volume *volume, const char *name)
{
	struct volume_writer *writer = find(volume, name);

	return writer ? writer : find_alike(volume, name);
}

static bool may_go(const struct volume *volume, const struct volume_writer *writer)
{
	return writer_set_rests(volume) && writer_is_idle(writer);
}

static void destroy(struct volume_writer *writer)
{
	list_remove(&writer->link);
	writer->volume->writers.count--;
	free(writer);
}

/* Adds a writer; if OLD is not NULL, in its place. */
static int put(struct volume *volume, const struct writer_spec *spec, struct volume_writer *old)
{
	struct volume_writer *writer;
	int error = writer_create(volume, spec, &writer);

	if (error < 0)
		return error;
	if (old) {
		list_append(&old->link, &writer->link);
		destroy(old);
	} else {
		list_append(&volume->writers.list, &writer->link);
	}
	volume->writers.count++;
	return 0;
}

int volume_writer_add(struct volume *volume, const char *text, char *message)
{
	struct volume_writer *old;
	struct writer_spec spec;
	int error = writer_spec_parse(text, &spec, message);

	if (error < 0)
		return error;
	old = find(volume, spec.name);
	if (spec.kind != WRITER_SIMULATED && !volume->options.writers.hands)
		error = -EOPNOTSUPP;
	else if (!writer_set_rests(volume) || (old && !may_go(volume, old)))
		error = -EBUSY;
	else if (!old && volume->writers.count >= WRITERS_MAX)
		error = -ENOSPC;
	else
		error = put(volume, &spec, old);
	if (error < 0)
		snprintf(message, WRITER_MESSAGE_BYTES, "%s",
			error == -EBUSY	       ? "the writers are busy with a snapshot"
			: error == -ENOSPC     ? "there are too many writers"
			: error == -EOPNOTSUPP ? "there is nothing here that runs hooks"
					       : error_text(error));
	return error;
}

int volume_writer_remove(struct volume *volume, const char *name)
{
	struct volume_writer *writer = find_named(volume, name);

	if (!writer)
		return -ENOENT;
	if (!may_go(volume, writer))
		return -EBUSY;
	destroy(writer);
	return 0;
}

int volume_writer_kill(struct volume *volume, const char *name)
{
	struct volume_writer *writer = find_named(volume, name);

	if (!writer)
		return -ENOENT;
	if (writer->spec.kind != WRITER_SIMULATED)
		return -EOPNOTSUPP;
	if (!writer->is_dead)
		writer_die(writer);
	return 0;
}

/* Adds the writers of the options. */
static int writers_open(struct volume *volume)
{
	const struct volume_writer_options *options = &volume->options.writers;
	char message[WRITER_MESSAGE_BYTES];

	for (size_t i = 0; i < options->count; i++) {
		if (volume_writer_add(volume, options->texts[i], message) < 0) {
			log_error("writer '%s': %s", options->texts[i], message);
			return -EINVAL;
		}
	}
	return 0;
}

static void writers_close(struct volume *volume)
{
	while (!list_empty(&volume->writers.list))
		destroy(CONTAINER_OF(volume->writers.list.next, struct volume_writer, link));
}

/* No set is active, and no writer is frozen or thawing. */
static bool writers_idle(const struct volume *volume)
{
	if (!writer_set_rests(volume))
		return false;
	list_for_each (at, &volume->writers.list) {
		const struct volume_writer *writer = CONTAINER_OF(at, struct volume_writer, link);

		if (!writer_is_idle(writer) && !writer->hand_is_late)
			return false;
	}
	return true;
}

const struct volume_extension extension_writers = {
	.open = writers_open,
	.close = writers_close,
	.stop = writers_stop,
	.idle = writers_idle,
	.due_ns = writers_due_ns,
	.tick = writers_tick,
};
