/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_table.c - loads and clears tables.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "simfs/doors/dm/model/call_steps.h"
#include "simfs/doors/dm/model/internal.h"

#define MAJORS (1U << 12)
#define MINORS (1U << 20)
/* The largest device that an offset can address. */
#define SECTORS_MAX (INT64_MAX / DM_SECTOR)

/* ---- devices that a table names -------------------------------------------- */

/* Whether TEXT is "M:m" and nothing else.  Numbers that are too large are -EOVERFLOW. */
static bool is_number(const char *text, unsigned int *major, unsigned int *minor, int *error)
{
	unsigned int *parts[] = { major, minor };
	const unsigned int limits[] = { MAJORS, MINORS };

	*error = 0;
	for (int part = 0; part < 2; part++) {
		unsigned int number = 0;

		if (!isdigit((unsigned char)*text))
			return false;
		for (; isdigit((unsigned char)*text); text++) {
			number = number * 10 + (unsigned int)(*text - '0');
			if (number >= limits[part]) {
				*error = -EOVERFLOW;
				number = 0;
			}
		}
		*parts[part] = number;
		if (*text++ != (part ? '\0' : ':'))
			return false;
	}
	return true;
}

/* One of ours, or a base disk: no other devices exist. */
static int find_number(const struct dm_call *call, unsigned int major, unsigned int minor,
	struct dm_device **device, const struct dm_base **base)
{
	if (major == DM_MAJOR) {
		*device = dm_model_find_minor(call->model, minor);
		if (*device == call->device)
			return -EINVAL;
		return *device ? 0 : -ENXIO;
	}
	*base = dm_model_find_base(call->model, major, minor);
	return *base ? 0 : -ENXIO;
}

static const struct dm_resolved *find_resolved(const struct dm_call *call, const char *path)
{
	for (unsigned int i = 0; i < call->resolved_count; i++)
		if (strcmp(call->resolved[i].path, path) == 0)
			return &call->resolved[i];
	return NULL;
}

static int lookup(
	void *context, const char *text, struct dm_device **device, const struct dm_base **base)
{
	struct dm_call *call = context;
	unsigned int major, minor;
	int error;

	if (is_number(text, &major, &minor, &error))
		return error ? error : find_number(call, major, minor, device, base);

	const struct dm_resolved *known = find_resolved(call, text);
	if (!known) {
		if (strlen(text) >= sizeof call->effect.path)
			return -ENODEV;
		dm_copy_text(call->effect.path, sizeof call->effect.path, text);
		return -EAGAIN;
	}
	return known->error ? known->error
			    : find_number(call, known->major, known->minor, device, base);
}

/* ---- load ------------------------------------------------------------------ */

static int load_targets(struct dm_call *call);

static int resolved(struct dm_call *call)
{
	const struct dm_effect *effect = &call->effect;
	struct dm_resolved *more = reallocarray(
		call->resolved, call->resolved_count + 1, sizeof *call->resolved);
	if (!more)
		return -ENOMEM;

	call->resolved = more;
	more += call->resolved_count;
	*more = (struct dm_resolved){
		.path = strdup(effect->path),
		.error = effect->result < 0 ? effect->result : 0,
		.major = effect->major,
		.minor = effect->minor,
	};
	if (!more->path)
		return -ENOMEM;

	call->resolved_count++;
	return load_targets(call);
}

/*
 * Reads the target specification at call->spec.  It must not overlap the one before, which ends at
 * END, and its parameters must end within the buffer.
 */
static int read_spec(const struct dm_call *call, size_t end, struct dm_target_spec *ret)
{
	const char *buffer = (const char *)call->param;

	if (call->spec < end || call->spec >= call->length ||
		call->length - call->spec <= sizeof *ret)
		return -EINVAL;

	memcpy(ret, buffer + call->spec, sizeof *ret);
	size_t params = call->spec + sizeof *ret;
	return memchr(buffer + params, '\0', call->length - params) ? 0 : -EINVAL;
}

/* Adds a target at the end of the table, without its parameters. */
static int add_target(struct dm_table *table, struct dm_target_spec *spec)
{
	uint64_t end = dm_table_size(table);

	spec->target_type[DM_MAX_TYPE_NAME - 1] = '\0';
	if (!spec->length || spec->sector_start != end || spec->length > SECTORS_MAX - end)
		return -EINVAL;

	int kind = dm_target_kind_of(spec->target_type);
	if (kind < 0)
		return kind;

	struct dm_target *target = dm_table_add(table);
	if (!target)
		return -ENOMEM;

	target->kind = (enum dm_target_kind)kind;
	target->start = spec->sector_start;
	target->length = spec->length;
	return 0;
}

static int parse_params(struct dm_call *call, const char *text)
{
	char params[DM_PARAMS_MAX];
	struct dm_table *table = call->table;

	if (strlen(text) >= sizeof params)
		return -EINVAL;
	dm_copy_text(params, sizeof params, text);
	return dm_target_parse(table, &table->targets[call->target], params, lookup, call);
}

/*
 * Loads one target, or continues with it after a path was looked up.  Returns -EAGAIN if a path
 * must be looked up first.
 */
static int load_target(struct dm_call *call)
{
	const char *text = (const char *)call->param + call->spec + sizeof(struct dm_target_spec);
	struct dm_target_spec spec;
	int error = read_spec(call, call->spec_end, &spec);

	if (!error && call->table->target_count == call->target)
		error = add_target(call->table, &spec);
	if (!error)
		error = parse_params(call, text);
	if (error)
		return error;

	call->spec_end = call->spec + sizeof spec + strlen(text) + 1;
	call->spec += spec.next;
	call->target++;
	return 0;
}

static int load_discarded(struct dm_call *call)
{
	return dm_call_tell(call, NULL);
}

static int stage(struct dm_call *call)
{
	struct dm_device *device = call->device;

	device->loaded = true;
	call->old = device->inactive ? dm_table_get(device->inactive) : NULL;
	device->inactive = call->table;
	dm_model_changed(call->model);
	call->param->flags |= DM_INACTIVE_PRESENT_FLAG;
	if (!call->old)
		return dm_call_tell(call, NULL);

	dm_ask(call, DM_EFFECT_DISCARD, load_discarded)->to = call->old;
	return 0;
}

static int prepared(struct dm_call *call)
{
	return call->effect.result < 0 ? call->effect.result : stage(call);
}

/* Sizes are checked again when the table becomes active; until then they may change. */
static int complete(struct dm_call *call)
{
	int error = call->device->loaded ? 0 : dm_table_fits(call->table);

	if (error)
		return error;
	if (!dm_table_has(call->table, DM_SNAPSHOT) &&
		!dm_table_has(call->table, DM_SNAPSHOT_MERGE))
		return stage(call);

	struct dm_effect *effect = dm_ask(call, DM_EFFECT_PREPARE, prepared);
	effect->from = call->device->active;
	effect->to = call->table;
	return 0;
}

static int load_targets(struct dm_call *call)
{
	while (call->target < call->param->target_count) {
		int error = load_target(call);

		if (error == -EAGAIN) {
			dm_ask(call, DM_EFFECT_RESOLVE, resolved);
			return 0;
		}
		if (error)
			return error;
	}
	return complete(call);
}

static int load_in_turn(struct dm_call *call)
{
	call->table = dm_table_create(call->device, call->flags & DM_READONLY_FLAG);
	if (!call->table)
		return -ENOMEM;
	if (!call->param->target_count)
		return -EINVAL;

	call->spec = call->param->data_start;
	call->spec_end = sizeof *call->param;
	return load_targets(call);
}

int dm_load(struct dm_call *call)
{
	int error = dm_call_find(call);

	return error ? error : dm_call_turn(call, true, load_in_turn);
}

/* ---- clear ----------------------------------------------------------------- */

int dm_clear(struct dm_call *call)
{
	int error = dm_call_find(call);

	if (error)
		return error;

	struct dm_device *device = call->device;
	call->param->flags &= ~(uint32_t)DM_INACTIVE_PRESENT_FLAG;
	if (!device->inactive)
		return dm_call_tell(call, NULL);

	call->old = dm_table_get(device->inactive);
	device->inactive = NULL;
	dm_ask(call, DM_EFFECT_DISCARD, load_discarded)->to = call->old;
	return 0;
}
