/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"

static const char *const names[JOURNAL_EVENTS] = {
#define JOURNAL_EVENT(symbol, name) [EVENT_##symbol] = name,
#include "faults/journal_events.def"
#undef JOURNAL_EVENT
};

const char *journal_event_name(size_t event)
{
	return event < JOURNAL_EVENTS ? names[event] : NULL;
}

void journal_init(struct journal *journal, size_t max_bytes)
{
	memset(journal, 0, sizeof *journal);
	journal->max_bytes = max_bytes;
	journal->noted_max = JOURNAL_NOTED_MAX;
	journal->start_ns = clock_now_ns();
}

void journal_deinit(struct journal *journal)
{
	free(journal->text);
	free(journal->note);
	memset(journal, 0, sizeof *journal);
}

/* ---- lines ---- */

/* Makes a line with its newline, not terminated, or NULL if memory ran out.  FIELDS are stolen. */
static char *make_line(const struct journal_head *head, json_t *fields, size_t *ret_length)
{
	json_t *object = json_pack("{s:I, s:I, s:I, s:s}", "sequence", (json_int_t)head->sequence,
		"time_ns", (json_int_t)head->time_ns, "operation", (json_int_t)head->operation,
		"event", names[head->event]);
	char *line = NULL;

	if (object && fields)
		json_object_update(object, fields);
	if (object)
		line = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	json_decref(fields);
	if (line) {
		*ret_length = strlen(line) + 1;
		line[*ret_length - 1] = '\n'; /* in place of the terminator */
	}
	return line;
}

static uint64_t sequence_of(const char *line)
{
	static const char lead[] = "{\"sequence\":";

	MUST(memcmp(line, lead, sizeof lead - 1) == 0);
	return strtoull(line + sizeof lead - 1, NULL, 10);
}

/*
 * Drops the oldest half, in whole lines, to make room for the event of HEAD.  Returns 0 or -ENOMEM.
 */
static int drop_oldest(struct journal *journal, const struct journal_head *head)
{
	struct journal_head note_head = *head;
	char *end = journal->text + journal->length;
	char *half = memchr(
		journal->text + journal->length / 2, '\n', journal->length - journal->length / 2);
	size_t note_length;
	uint64_t count = journal->dropped_count;
	char *note;

	/* No line is longer than half of it. */
	MUST(half && half + 1 < end);
	for (const char *at = journal->text; at <= half; at++)
		count += *at == '\n';
	note_head.sequence = sequence_of(half + 1) - 1;
	note_head.event = EVENT_JOURNAL_DROPPED;
	note = make_line(&note_head, json_pack("{s:I}", "events", (json_int_t)count), &note_length);
	if (!note)
		return -ENOMEM;
	free(journal->note);
	journal->note = note;
	journal->note_length = note_length;
	journal->dropped_count = count;
	journal->text_offset += (uint64_t)(half + 1 - journal->text);
	journal->length = (size_t)(end - (half + 1));
	memmove(journal->text, half + 1, journal->length);
	return 0;
}

/* Makes room for LENGTH more bytes for the event of HEAD.  Returns 0 or -errno. */
static int reserve(struct journal *journal, size_t length, const struct journal_head *head)
{
	size_t room = journal->room ? journal->room : 4096;
	char *text;

	if (length > journal->max_bytes / 4)
		return -EMSGSIZE;
	if (journal->length + length > journal->max_bytes)
		return drop_oldest(journal, head);
	while (room < journal->length + length)
		room *= 2;
	if (room == journal->room)
		return 0;
	text = realloc(journal->text, room);
	if (!text)
		return -ENOMEM;
	journal->text = text;
	journal->room = room;
	return 0;
}

/* FIELDS are stolen. */
static void line_add(struct journal *journal, const struct journal_head *head, json_t *fields)
{
	size_t length;
	AUTO(auto_free) char *line = make_line(head, fields, &length);

	if (!line || reserve(journal, length, head) < 0) {
		journal->lost_count++;
		return;
	}
	memcpy(journal->text + journal->length, line, length);
	journal->length += length;
}

/* ---- strikes ---- */

/* If memory runs out, some or all (NULL) are missing. */
static json_t *fired_fields(const struct journal_fired *fired)
{
	const struct point_row *point = fault_point_at(fired->point);
	json_t *fields = json_pack("{s:s, s:I, s:s, s:s, s:I}", "point", point->name, "id",
		(json_int_t)fired->rule_id, "rule", fired->rule, "action",
		action_at(fired->action)->name, "hit", (json_int_t)fired->hit);

	if (fired->snapshot)
		json_object_set_new(fields, "snapshot", json_string(fired->snapshot));
	if (fired->writer)
		json_object_set_new(fields, "writer", json_string(fired->writer));
	if (fired->device)
		json_object_set_new(fields, "device", json_string(fired->device));
	if (fired->ioctl)
		json_object_set_new(fields, "ioctl", json_string(fired->ioctl));
	if (fired->method)
		json_object_set_new(fields, "method", json_string(fired->method));
	if (point->traits & POINT_HAS_RANGE) {
		json_object_set_new(fields, "offset", json_integer((json_int_t)fired->offset));
		json_object_set_new(fields, "length", json_integer((json_int_t)fired->length));
	}
	return fields;
}

/* Turns recorded strikes into text. */
static void write_out(struct journal *journal)
{
	for (size_t i = 0; i < journal->noted_count; i++) {
		const struct journal_noted *noted = &journal->noted[i];

		line_add(journal, &noted->head, fired_fields(&noted->fired));
	}
	journal->noted_count = 0;
}

/* Copies TEXT to PLACE and returns the copy, or NULL if TEXT is NULL. */
static const char *keep(char *place, size_t room, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	MUST(length < room);
	return text ? memcpy(place, text, length + 1) : NULL;
}

/* ---- adding ---- */

static struct journal_head next_head(
	struct journal *journal, uint64_t operation, enum journal_event event)
{
	return (struct journal_head){
		.sequence = ++journal->sequence,
		.time_ns = clock_now_ns() - journal->start_ns,
		.operation = operation,
		.event = event,
	};
}

static void tell(struct journal *journal)
{
	journal->is_untold = false;
	if (journal->added)
		journal->added(journal->context);
}

void journal_add(
	struct journal *journal, uint64_t operation, enum journal_event event, json_t *fields)
{
	struct journal_head head = next_head(journal, operation, event);

	write_out(journal);
	line_add(journal, &head, fields);
	tell(journal);
}

void journal_add_fired(
	struct journal *journal, uint64_t operation, const struct journal_fired *fired)
{
	struct journal_noted *noted;

	if (journal->noted_count == journal->noted_max)
		write_out(journal);
	noted = &journal->noted[journal->noted_count++];
	noted->head = next_head(journal, operation, EVENT_FAULT_FIRED);
	noted->fired = *fired;
	noted->fired.rule = keep(noted->rule, sizeof noted->rule, fired->rule);
	noted->fired.snapshot = keep(noted->snapshot, sizeof noted->snapshot, fired->snapshot);
	noted->fired.device = keep(noted->device, sizeof noted->device, fired->device);
	noted->fired.ioctl = keep(noted->ioctl, sizeof noted->ioctl, fired->ioctl);
	noted->fired.method = keep(noted->method, sizeof noted->method, fired->method);
	noted->fired.writer = keep(noted->writer, sizeof noted->writer, fired->writer);
	journal->is_untold = true;
}

void journal_tell(struct journal *journal)
{
	if (!journal->is_untold)
		return;
	write_out(journal);
	tell(journal);
}

/* ---- reading ---- */

uint64_t journal_bytes(struct journal *journal)
{
	write_out(journal);
	return journal->text_offset + journal->length;
}

static uint64_t note_offset(const struct journal *journal)
{
	return journal->text_offset - journal->note_length;
}

size_t journal_read(struct journal *journal, uint64_t offset, char *buffer, size_t length)
{
	uint64_t bytes = journal_bytes(journal);
	const struct {
		const char *bytes; /* NULL: blanks */
		uint64_t end;
	} parts[] = {
		{ NULL, note_offset(journal) },
		{ journal->note, journal->text_offset },
		{ journal->text, bytes },
	};
	uint64_t begin = 0;
	size_t done = 0;

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; begin = parts[i++].end) {
		uint64_t at = offset + done;
		size_t count = length - done;

		if (at >= parts[i].end || count == 0)
			continue;
		if (count > parts[i].end - at)
			count = (size_t)(parts[i].end - at);
		if (parts[i].bytes)
			memcpy(buffer + done, parts[i].bytes + (at - begin), count);
		else
			memset(buffer + done, ' ', count);
		done += count;
	}
	return done;
}

size_t journal_lines(struct journal *journal, uint64_t *offset, size_t length, const char **ret)
{
	uint64_t bytes = journal_bytes(journal);
	const char *end, *from = journal->text;
	size_t left;

	/* A reader that is so far behind gets the line about what was dropped. */
	if (*offset < journal->text_offset) {
		*offset = journal->text_offset;
		*ret = journal->note;
		return journal->note_length;
	}
	if (!from || *offset >= bytes)
		return 0;
	from += *offset - journal->text_offset;
	left = (size_t)(bytes - *offset);
	end = from + left - 1;
	if (left > length) {
		end = memrchr(from, '\n', length);
		if (!end)
			end = memchr(from, '\n', left);
	}
	MUST(end);
	*ret = from;
	*offset += (uint64_t)(end + 1 - from);
	return (size_t)(end + 1 - from);
}
