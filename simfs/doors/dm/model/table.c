/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/model/table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "simfs/doors/dm/model/internal.h"

/* The versions of Linux 6.1, whose driver is 4.47.0. */
static const struct dm_target_type types[DM_TARGET_KINDS] = {
	[DM_LINEAR] = { "linear", { 1, 4, 0 } },
	[DM_STRIPED] = { "striped", { 1, 6, 0 } },
	[DM_ERROR] = { "error", { 1, 5, 0 } },
	[DM_ZERO] = { "zero", { 1, 1, 0 } },
	[DM_DELAY] = { "delay", { 1, 3, 0 } },
	[DM_SNAPSHOT] = { "snapshot", { 1, 16, 0 } },
	[DM_SNAPSHOT_ORIGIN] = { "snapshot-origin", { 1, 9, 0 } },
	[DM_SNAPSHOT_MERGE] = { "snapshot-merge", { 1, 5, 0 } },
};

const struct dm_target_type *dm_target_type(enum dm_target_kind kind)
{
	return &types[kind];
}

int dm_target_kind_of(const char *name)
{
	for (int kind = 0; kind < DM_TARGET_KINDS; kind++)
		if (strcmp(types[kind].name, name) == 0)
			return kind;
	return -EINVAL;
}

/* ---- life ------------------------------------------------------------------ */

struct dm_table *dm_table_create(struct dm_device *device, bool read_only)
{
	struct dm_table *table = calloc(1, sizeof *table);
	if (!table)
		return NULL;

	/* One for the device, one for the caller. */
	table->holders = 2;
	table->read_only = read_only;
	list_append(&device->tables, &table->link);
	return table;
}

void dm_table_drop(struct dm_table *table)
{
	list_remove(&table->link);
	dm_table_put(table);
}

struct dm_table *dm_table_get(struct dm_table *table)
{
	__atomic_add_fetch(&table->holders, 1, __ATOMIC_RELAXED);
	return table;
}

void dm_table_put(struct dm_table *table)
{
	if (!table || __atomic_sub_fetch(&table->holders, 1, __ATOMIC_ACQ_REL) > 0)
		return;

	for (unsigned int i = 0; i < table->target_count; i++)
		if (table->targets[i].kind == DM_STRIPED)
			free(table->targets[i].striped.pieces);
	for (unsigned int i = 0; i < table->ref_count; i++)
		dm_device_put(table->refs[i].device);
	free(table->targets);
	free(table->refs);
	free(table);
}

static bool is_power_of_two(unsigned int number)
{
	return number && !(number & (number - 1));
}

/* ITEMS with room for one more: doubled when COUNT is a power of two. */
static void *with_room(void *items, unsigned int count, size_t item_bytes)
{
	if (count && !is_power_of_two(count))
		return items;
	return reallocarray(items, count ? 2 * (size_t)count : 1, item_bytes);
}

int dm_table_ref(struct dm_table *table, struct dm_device *device, const struct dm_base *base,
	unsigned int mode, unsigned int *ret)
{
	for (unsigned int i = 0; i < table->ref_count; i++) {
		if (table->refs[i].device != device || table->refs[i].base != base)
			continue;

		table->refs[i].mode |= mode;
		*ret = i;
		return 0;
	}

	struct dm_ref *refs = with_room(table->refs, table->ref_count, sizeof *refs);
	if (!refs)
		return -ENOMEM;

	table->refs = refs;
	*ret = table->ref_count++;
	refs[*ret] = (struct dm_ref){
		.device = device ? dm_device_get(device) : NULL,
		.base = base,
		.major = device ? DM_MAJOR : base->major,
		.minor = device ? device->minor : base->minor,
		.disk = device ? device->disk : base->disk,
		.mode = mode,
	};
	return 0;
}

struct dm_target *dm_table_add(struct dm_table *table)
{
	struct dm_target *targets = with_room(table->targets, table->target_count, sizeof *targets);
	if (!targets)
		return NULL;

	table->targets = targets;
	struct dm_target *target = &targets[table->target_count++];
	memset(target, 0, sizeof *target);
	return target;
}

/* ---- questions ------------------------------------------------------------- */

uint64_t dm_table_size(const struct dm_table *table)
{
	if (!table || !table->target_count)
		return 0;

	const struct dm_target *last = &table->targets[table->target_count - 1];
	return last->start + last->length;
}

bool dm_table_has(const struct dm_table *table, enum dm_target_kind kind)
{
	for (unsigned int i = 0; table && i < table->target_count; i++)
		if (table->targets[i].kind == kind)
			return true;
	return false;
}

/* ---- text ------------------------------------------------------------------ */

/* Text that is truncated at the end of its room; `length' is the full length. */
struct text {
	char *at;
	size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void text_add(
	struct text *text, const char *format, ...)
{
	size_t used = text->length < text->size ? text->length : text->size;
	va_list arguments;

	va_start(arguments, format);
	int more = vsnprintf(text->at + used, text->size - used, format, arguments);
	va_end(arguments);
	MUST(more >= 0);
	text->length += (size_t)more;
}

static size_t text_end(struct text *text)
{
	if (text->size && text->length >= text->size)
		text->length = text->size - 1;
	return text->length;
}

static void add_ref(struct text *text, const struct dm_table *table, unsigned int ref)
{
	text_add(text, "%u:%u", table->refs[ref].major, table->refs[ref].minor);
}

static void add_piece(struct text *text, const struct dm_table *table, const struct dm_piece *piece)
{
	add_ref(text, table, piece->ref);
	text_add(text, " %llu", (unsigned long long)piece->offset);
}

static void add_striped(
	struct text *text, const struct dm_table *table, const struct dm_striped *striped)
{
	text_add(text, "%u %llu", striped->stripes, (unsigned long long)striped->chunk);
	for (unsigned int i = 0; i < striped->stripes; i++) {
		text_add(text, " ");
		add_piece(text, table, &striped->pieces[i]);
	}
}

static void add_delay(
	struct text *text, const struct dm_table *table, const struct dm_target *target)
{
	for (unsigned int i = 0; i < target->delay.given; i++) {
		text_add(text, "%s", i ? " " : "");
		add_piece(text, table, &target->delay.classes[i].piece);
		text_add(text, " %u", target->delay.classes[i].delay_ms);
	}
}

static void add_snapshot(struct text *text, const struct dm_table *table,
	const struct dm_snapshot_target *snapshot, uint32_t chunk)
{
	static const char *const kinds[] = {
		[DM_PERSISTENT] = "P", [DM_PERSISTENT_OVERFLOW] = "PO", [DM_TRANSIENT] = "N"
	};
	unsigned int features = snapshot->discard_zeroes_cow + snapshot->discard_passdown_origin;

	add_ref(text, table, snapshot->origin);
	text_add(text, " ");
	add_ref(text, table, snapshot->cow);
	text_add(text, " %s %u", kinds[snapshot->persistence], chunk);
	if (features)
		text_add(text, " %u", features);
	if (snapshot->discard_zeroes_cow)
		text_add(text, " discard_zeroes_cow");
	if (snapshot->discard_passdown_origin)
		text_add(text, " discard_passdown_origin");
}

size_t dm_target_params(
	const struct dm_table *table, const struct dm_target *target, char *text, size_t size)
{
	struct text out = { .at = text, .size = size };

	text_add(&out, "%s", "");
	switch (target->kind) {
	case DM_LINEAR:
		add_piece(&out, table, &target->linear);
		break;
	case DM_STRIPED:
		add_striped(&out, table, &target->striped);
		break;
	case DM_DELAY:
		add_delay(&out, table, target);
		break;
	case DM_SNAPSHOT:
	case DM_SNAPSHOT_MERGE:
		add_snapshot(&out, table, &target->snapshot, target->snapshot.chunk);
		break;
	case DM_SNAPSHOT_ORIGIN:
		add_ref(&out, table, target->origin);
		break;
	default:
		break;
	}
	return text_end(&out);
}

size_t dm_snapshot_params(const struct dm_table *table, const struct dm_snapshot_target *snapshot,
	uint32_t chunk, char *text, size_t size)
{
	struct text out = { .at = text, .size = size };

	add_snapshot(&out, table, snapshot, chunk);
	return text_end(&out);
}

size_t dm_target_status(
	const struct dm_table *table, const struct dm_target *target, char *text, size_t size)
{
	struct text out = { .at = text, .size = size };

	text_add(&out, "%s", "");
	if (target->kind == DM_STRIPED) {
		text_add(&out, "%u ", target->striped.stripes);
		for (unsigned int i = 0; i < target->striped.stripes; i++) {
			add_ref(&out, table, target->striped.pieces[i].ref);
			text_add(&out, " ");
		}
		/* All of them are alive: failures are not counted. */
		text_add(&out, "1 ");
		for (unsigned int i = 0; i < target->striped.stripes; i++)
			text_add(&out, "A");
	} else if (target->kind == DM_DELAY) {
		/* How many are being delayed: not counted. */
		text_add(&out, "0 0 0");
	}
	return text_end(&out);
}
