/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/dm_caller.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/cleanup.h"

#define ANSWER_TEXT 8192

void dm_caller_init(struct dm_caller *caller)
{
	memset(caller, 0, sizeof *caller);
	MUST(dm_model_create(&caller->model) == 0);
	MUST(dm_model_add_base(caller->model, 259, 0, 2 << 20, 1, "sda3") == 0);
	MUST(dm_model_add_base(caller->model, 259, 1, 2048, 2, "sdb1") == 0);
	caller->status = "16/32768 16";
}

void dm_caller_deinit(struct dm_caller *caller)
{
	dm_model_destroy(caller->model);
}

/* ---- performing ------------------------------------------------------------ */

__attribute__((format(printf, 2, 3))) static void note(
	struct dm_caller *caller, const char *format, ...)
{
	size_t used = strlen(caller->log);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(caller->log + used, sizeof caller->log - used, format, arguments);
	va_end(arguments);
}

static unsigned int free_minor(struct dm_caller *caller)
{
	unsigned int minor = caller->next_minor;

	caller->next_minor = 0;
	if (minor)
		return minor;
	for (minor = 1; dm_model_find_minor(caller->model, minor);)
		minor++;
	return minor;
}

static void resolve(struct dm_caller *caller, struct dm_effect *effect)
{
	if (!caller->path || strcmp(caller->path, effect->path) != 0) {
		effect->result = -ENODEV;
		return;
	}
	effect->major = caller->path_major;
	effect->minor = caller->path_minor;
}

static void note_effect(struct dm_caller *caller, const struct dm_effect *effect)
{
	note(caller, "%s %s", dm_effect_name(effect->kind), effect->name);
	if (effect->kind == DM_EFFECT_QUIESCE)
		note(caller, "%s%s", effect->freeze ? " freeze" : "",
			effect->flush ? " flush" : "");
	if (effect->kind == DM_EFFECT_ACTIVATE || effect->kind == DM_EFFECT_DISCARD)
		note(caller, " %llu>%llu%s", (unsigned long long)dm_table_size(effect->from),
			(unsigned long long)dm_table_size(effect->to),
			effect->read_only ? " ro" : "");
	if (effect->kind == DM_EFFECT_RENAME)
		note(caller, ">%s", effect->new_name);
	if (effect->kind == DM_EFFECT_RESOLVE)
		note(caller, " %s", effect->path);
	note(caller, ";");
}

void dm_caller_perform(struct dm_caller *caller, struct dm_effect *effect)
{
	if (caller->meanwhile)
		caller->meanwhile(caller, effect);
	note_effect(caller, effect);
	effect->result = caller->results[effect->kind];
	if (effect->result < 0)
		return;

	switch (effect->kind) {
	case DM_EFFECT_RESOLVE:
		resolve(caller, effect);
		break;
	case DM_EFFECT_CREATE:
		if (!effect->minor_fixed)
			effect->minor = free_minor(caller);
		break;
	case DM_EFFECT_COUNT:
		MUST(effect->device->minor < DM_CALLER_MINORS);
		effect->count = caller->outside[effect->device->minor];
		break;
	case DM_EFFECT_STATUS:
		snprintf(effect->status, sizeof effect->status, "%s", caller->status);
		if (caller->chunk)
			effect->chunk = *caller->chunk;
		break;
	default:
		break;
	}
}

/* ---- saying ---------------------------------------------------------------- */

struct data {
	char bytes[DM_CALLER_BYTES];
	size_t length;
	unsigned int targets;
};

static void add_target(struct data *data, const char *line, int length)
{
	struct dm_target_spec spec = { .status = 0 };
	unsigned long long start, sectors;
	char text[ANSWER_TEXT];
	int at = 0;

	snprintf(text, sizeof text, "%.*s", length, line);
	MUST(sscanf(text, "%llu %llu %15s%n", &start, &sectors, spec.target_type, &at) == 3);
	const char *params = text + at + (text[at] == ' ');
	size_t bytes = strlen(params) + 1;

	spec.sector_start = start;
	spec.length = sectors;
	spec.next = (uint32_t)((sizeof spec + bytes + 7) & ~(size_t)7);
	MUST(data->length + spec.next <= sizeof data->bytes);
	memcpy(data->bytes + data->length, &spec, sizeof spec);
	memcpy(data->bytes + data->length + sizeof spec, params, bytes);
	data->length += spec.next;
	data->targets++;
}

static void add_table(struct data *data, const char *table)
{
	while (*table) {
		size_t length = strcspn(table, "\n;");

		add_target(data, table, (int)length);
		table += length;
		table += strspn(table, "\n; ");
	}
}

static void add_text(struct data *data, const struct dm_request *request)
{
	uint64_t sector = 0;

	if (request->nr == DM_TARGET_MSG_CMD) {
		memcpy(data->bytes, &sector, sizeof sector);
		data->length = sizeof sector;
	}
	memcpy(data->bytes + data->length, request->text, strlen(request->text) + 1);
	data->length += strlen(request->text) + 1;
}

char *dm_request_bytes(const struct dm_request *request, size_t *length)
{
	struct dm_ioctl header = {
		.version = { DM_VERSION_MAJOR, 0, 0 },
		.data_start = sizeof header,
		.flags = request->flags,
		.event_nr = request->event_nr,
		.dev = request->dev,
	};
	struct data data = { .length = 0 };

	if (request->table)
		add_table(&data, request->table);
	if (request->text)
		add_text(&data, request);
	header.target_count = data.targets;
	header.data_size = request->data_size ?: DM_CALLER_BYTES;
	snprintf(header.name, sizeof header.name, "%s", request->name ?: "");
	snprintf(header.uuid, sizeof header.uuid, "%s", request->uuid ?: "");

	*length = header.data_size;
	char *bytes = calloc(1, *length + sizeof header + data.length);
	MUST(bytes);
	memcpy(bytes, &header, sizeof header);
	memcpy(bytes + sizeof header, data.bytes, data.length);
	return bytes;
}

int dm_caller_say(
	struct dm_caller *caller, const struct dm_request *request, struct dm_answer *answer)
{
	size_t length, wanted = 0;
	AUTO(auto_free) char *bytes = dm_request_bytes(request, &length);
	AUTO(auto_free) char *buffer = calloc(1, length + sizeof(struct dm_ioctl));

	/* Read like a supervisor does: as much as is needed, and no more. */
	MUST(buffer);
	for (size_t next; (next = dm_call_wants(request->nr, buffer, wanted)) > wanted;) {
		memcpy(buffer + wanted, bytes + wanted, next - wanted);
		wanted = next;
	}
	struct dm_call *call = dm_call_begin(caller->model, request->nr, buffer, wanted, caller);
	struct dm_effect *effect;
	MUST(call);
	while ((effect = dm_call_next(call))) {
		MUST(!dm_effect_waits(effect) || caller->meanwhile);
		dm_caller_perform(caller, effect);
	}
	answer->error = dm_call_end(call, &answer->length);
	MUST(answer->length <= sizeof answer->bytes && answer->length <= length);
	memset(answer->bytes, 0, sizeof answer->bytes);
	memcpy(answer->bytes, buffer, answer->length);
	return answer->error;
}

/* ---- short forms ----------------------------------------------------------- */

static int say_by_name(struct dm_caller *caller, unsigned int nr, const char *name, uint32_t flags,
	const char *table)
{
	struct dm_answer answer;
	const struct dm_request request = {
		.nr = nr, .name = name, .flags = flags | DM_SKIP_BDGET_FLAG, .table = table
	};

	return dm_caller_say(caller, &request, &answer);
}

int dm_caller_create(struct dm_caller *caller, const char *name)
{
	return say_by_name(caller, DM_DEV_CREATE_CMD, name, 0, NULL);
}

int dm_caller_load(struct dm_caller *caller, const char *name, const char *table)
{
	return say_by_name(caller, DM_TABLE_LOAD_CMD, name, 0, table);
}

int dm_caller_suspend(struct dm_caller *caller, const char *name)
{
	return say_by_name(caller, DM_DEV_SUSPEND_CMD, name, DM_SUSPEND_FLAG, NULL);
}

int dm_caller_resume(struct dm_caller *caller, const char *name)
{
	return say_by_name(caller, DM_DEV_SUSPEND_CMD, name, 0, NULL);
}

int dm_caller_remove(struct dm_caller *caller, const char *name)
{
	return say_by_name(caller, DM_DEV_REMOVE_CMD, name, 0, NULL);
}

void dm_caller_make(struct dm_caller *caller, const char *name, const char *table)
{
	MUST(dm_caller_create(caller, name) == 0);
	MUST(dm_caller_load(caller, name, table) == 0);
	MUST(dm_caller_resume(caller, name) == 0);
	caller->log[0] = '\0';
}

void dm_caller_sweep(struct dm_caller *caller)
{
	struct dm_call *call = dm_call_begin_sweep(caller->model);
	struct dm_effect *effect;
	size_t length;

	MUST(call);
	while ((effect = dm_call_next(call)))
		dm_caller_perform(caller, effect);
	MUST(dm_call_end(call, &length) == 0 && length == 0);
}

struct dm_device *dm_caller_device(struct dm_caller *caller, const char *name)
{
	struct dm_device *device = dm_model_find_name(caller->model, name);

	MUST(device);
	return device;
}

const char *dm_answer_table(const struct dm_answer *answer)
{
	static char text[ANSWER_TEXT];
	const char *first = answer->bytes + answer->header.data_start;
	size_t used = 0, at = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < answer->header.target_count; i++) {
		struct dm_target_spec spec;

		MUST(answer->header.data_start + at + sizeof spec < answer->length);
		memcpy(&spec, first + at, sizeof spec);
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%llu %llu %s %s",
			i ? "; " : "", (unsigned long long)spec.sector_start,
			(unsigned long long)spec.length, spec.target_type,
			first + at + sizeof spec);
		at = spec.next;
	}
	return text;
}

const char *dm_caller_table(struct dm_caller *caller, const char *name, uint32_t flags)
{
	static struct dm_answer answer;
	const struct dm_request request = {
		.nr = DM_TABLE_STATUS_CMD, .name = name, .flags = flags
	};

	MUST(dm_caller_say(caller, &request, &answer) == 0);
	return dm_answer_table(&answer);
}
