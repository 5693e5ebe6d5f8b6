/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/step_title.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "scenarios/format/wishes.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

/* Appends ", KEY VALUE" to TITLE, or " KEY VALUE" for the first wish. */
static void title_wish(char **title, int *count, const char *key, const char *value)
{
	if (!value)
		return;

	char *longer = heap_format("%s%s %s %s", *title, *count > 0 ? "," : "", key, value);

	free(*title);
	*title = longer;
	(*count)++;
}

static const char *exit_text(const struct expectation *wish, char *buffer, size_t length)
{
	switch (wish->exit_wish) {
	case EXIT_WISH_ANY:
		return NULL;
	case EXIT_WISH_ZERO:
		return "zero";
	case EXIT_WISH_NONZERO:
		return "nonzero";
	case EXIT_WISH_NUMBER:
		snprintf(buffer, length, "%d", wish->exit_number);
		return buffer;
	}
	return NULL;
}

/* Returns NULL if there is no such wish. */
static char *measure_text(const struct measure_wish *wish)
{
	if (!wish->value)
		return NULL;
	return heap_format("%s%s%s", wish->name, relation_text(wish->relation), wish->value);
}

/* Returns "fault.fired of rule 'bad' >=1 times"; NULL if there is no such wish. */
static char *event_text(const struct event_wish *wish)
{
	const struct {
		const char *what, *text;
	} parts[] = {
		{ "rule", wish->rule },
		{ "point", wish->point },
		{ "snapshot", wish->snapshot },
		{ "writer", wish->writer },
	};
	AUTO(auto_free) char *text = heap_copy(wish->event);

	for (size_t i = 0; text && i < sizeof parts / sizeof parts[0]; i++) {
		AUTO(auto_free) char *before = text;

		text = heap_format("%s%s%s%s%s%s", before, parts[i].text ? " of " : "",
			parts[i].text ? parts[i].what : "", parts[i].text ? " '" : "",
			parts[i].text ? parts[i].text : "", parts[i].text ? "'" : "");
	}
	if (!text)
		return NULL;
	return heap_format(
		"%s %s%" PRIu64 " times", text, relation_text(wish->relation), wish->times);
}

static char *expect_title(const struct expectation *wish)
{
	char *title = heap_copy("expect");
	AUTO(auto_free) char *says = wish->says ? heap_format("'%s'", wish->says) : NULL;
	AUTO(auto_free)
	char *kernel_log = wish->kernel_log ? heap_format("'%s'", wish->kernel_log) : NULL;
	AUTO(auto_free) char *gauge = measure_text(&wish->gauge);
	AUTO(auto_free) char *counter = measure_text(&wish->counter);
	AUTO(auto_free) char *elapsed = measure_text(&wish->elapsed);
	AUTO(auto_free) char *journal = event_text(&wish->journal);
	char number[16];
	int count = 0;

	title_wish(&title, &count, "verdict",
		wish->verdict == VERDICT_NONE ? NULL : verdict_name(wish->verdict));
	title_wish(&title, &count, "exit", exit_text(wish, number, sizeof number));
	title_wish(&title, &count, "says", says);
	title_wish(&title, &count, "snapshot", wish->snapshot);
	title_wish(&title, &count, "state", wish->state);
	title_wish(&title, &count, "error", wish->error);
	title_wish(&title, &count, "kernel-log", kernel_log);
	title_wish(&title, &count, "gauge", gauge);
	title_wish(&title, &count, "counter", counter);
	title_wish(&title, &count, "elapsed", elapsed);
	title_wish(&title, &count, "journal", journal);
	title_wish(&title, &count, "live", wish->live_intact ? "intact" : NULL);
	title_wish(&title, &count, "content", wish->content);
	title_wish(&title, &count, "leaks", wish->no_leaks ? "none" : NULL);
	return title;
}

static char *start_text(const struct start_condition *start)
{
	if (!start->gauge)
		return heap_copy("");
	return heap_format(" at %s>=%s", start->gauge, start->at_least);
}

static char *snapshot_title(const struct step *step)
{
	return heap_format("snapshot '%s'%s%s%s%s%s%s", step->name, step->limit ? ", limit " : "",
		step->limit ? step->limit : "", step->before || step->after ? ", with hooks" : "",
		step->requester_dies ? ", whose requester dies" : "",
		step->fails ? ", which meets " : "", step->fails ? step->fails : "");
}

static char *write_title(const struct step *step)
{
	AUTO(auto_free) char *start = start_text(&step->start);
	const char *pattern = step->pattern == PATTERN_RANDOM ? "random" : "sequential";
	char size[32];

	size_format(step->bytes, size, sizeof size);
	return heap_format("write '%s': %s %s%s%s%s", step->name, size, pattern, start,
		step->fails ? ", until " : "", step->fails ? step->fails : "");
}

static char *gauge_title(const struct step *step)
{
	AUTO(auto_free) char *start = start_text(&step->start);

	return heap_format("gauge '%s': %s%s%s", step->name, step->value,
		step->memory_is_real ? ", for real" : "", start);
}

static char *wait_title(const struct step *step)
{
	AUTO(auto_free) char *gauge = measure_text(&step->expectation.gauge);
	AUTO(auto_free) char *event = event_text(&step->expectation.journal);
	char time[32];

	if (!gauge && !event)
		return heap_format("wait %s", duration_write(step->wait_ns, time, sizeof time));
	return heap_format("wait for %s%s%s", gauge ? gauge : "", gauge && event ? " and " : "",
		event ? event : "");
}

static char *discard_title(const struct step *step)
{
	char bytes[32], offset[32];

	return heap_format("discard %s at %s", size_format(step->bytes, bytes, sizeof bytes),
		size_format(step->offset_bytes, offset, sizeof offset));
}

static char *faults_title(const struct step *step)
{
	char *title = heap_copy("fault");

	for (size_t i = 0; i < step->faults.count; i++) {
		char *longer = heap_format(
			"%s%s '%s'", title, i > 0 ? "," : "", step->faults.texts[i]);

		free(title);
		title = longer;
	}
	return title;
}

static char *word_title(const struct step *step)
{
	return heap_format("%s %s",
		step->kind == STEP_FILE_SYSTEM ? "file-system" : "writers-notify", step->value);
}

static char *backup_title(const struct step *step)
{
	return heap_format("backup '%s'%s to '%s'%s", step->of,
		step->takes ? ", taken by the client," : "", step->name,
		step->in_background ? ", in the background" : "");
}

static char *fill_title(const struct step *step)
{
	char size[32];

	return heap_format("fill the disk: %s",
		step->bytes == STEP_FILL_ALL ? "all of it"
		: step->bytes == 0	     ? "none of it"
					     : size_format(step->bytes, size, sizeof size));
}

/* Returns the title of a step that is a word and a name; NULL for any other. */
static char *name_title(const struct step *step)
{
	static const char *const words[] = {
		[STEP_SERIES] = "snapshots",
		[STEP_FAILURE] = "failure",
		[STEP_REMEDY] = "remedy of",
		[STEP_RELEASE] = "release",
		[STEP_FAULT_REMOVE] = "fault-remove",
		[STEP_WRITER_KILL] = "writer-kill",
		[STEP_WRITER_REMOVE] = "writer-remove",
		[STEP_AWAIT] = "await",
	};
	const char *word = step->kind < sizeof words / sizeof words[0] ? words[step->kind] : NULL;

	return word ? heap_format("%s '%s'", word, step->name) : NULL;
}

char *step_title(const struct step *step)
{
	char size[32];

	switch (step->kind) {
	case STEP_SNAPSHOT:
		return snapshot_title(step);
	case STEP_REPEAT:
		return heap_copy("repeat");
	case STEP_WAIT:
		return wait_title(step);
	case STEP_COALESCE:
		return heap_format("coalesce%s", step->coalesce == COALESCE_STARVES
							 ? ", which starves"
						 : step->coalesce == COALESCE_START ? ", begun"
										    : "");
	case STEP_DELETE:
		return heap_format("delete '%s'%s%s", step->name,
			step->fails ? ", which meets " : "", step->fails ? step->fails : "");
	case STEP_WRITE:
		return write_title(step);
	case STEP_GAUGE:
		return gauge_title(step);
	case STEP_FAULT:
		return faults_title(step);
	case STEP_WRITER_ADD:
		return heap_format("writer-add '%s'", step->value);
	case STEP_WRITERS_NOTIFY:
	case STEP_FILE_SYSTEM:
		return word_title(step);
	case STEP_REMOUNT:
		return heap_format(
			"remount, %s", step->remount == REMOUNT_KILLED ? "killed" : "unmounted");
	case STEP_CLONE:
		return heap_format("clone '%s' of '%s'%s", step->name, step->of,
			step->is_full_copy ? ", a full copy" : "");
	case STEP_DISCARD:
		return discard_title(step);
	case STEP_GROW:
		return heap_format("grow to %s", size_format(step->bytes, size, sizeof size));
	case STEP_FILL:
		return fill_title(step);
	case STEP_TARGET:
		return step->bytes ? heap_format("target: space for %s",
					     size_format(step->bytes, size, sizeof size))
				   : heap_copy("target: unlimited space");
	case STEP_LVM:
		return heap_format("lvm '%s': %s", step->name, step->value);
	case STEP_BACKUP:
		return backup_title(step);
	case STEP_RESTORE:
		return step->name ? heap_format("restore '%s' to '%s'", step->of, step->name)
				  : heap_format("restore '%s'", step->of);
	case STEP_EXPECT:
		return expect_title(&step->expectation);
	default:
		return name_title(step);
	}
}
