/* SPDX-License-Identifier: Apache-2.0 */
/* rule_keys.c - the triggers of a rule: how their values are read and written. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "faults/rule_internal.h"
#include "simfs/base/sizes.h"

/* ---- plain values ---- */

static bool read_number(const char *value, uint64_t at_least, uint64_t *ret)
{
	uint64_t number;

	if (value[strspn(value, "0123456789")] != '\0' || size_parse(value, &number) < 0 ||
		number < at_least)
		return false;
	*ret = number;
	return true;
}

static bool write_number(uint64_t number, uint64_t silent, char *buffer)
{
	snprintf(buffer, RULE_VALUE_BYTES, "%" PRIu64, number);
	return number != silent;
}

static bool read_text(const char *value, char *target, size_t size)
{
	size_t length = strlen(value);

	if (length == 0 || length >= size)
		return false;
	memcpy(target, value, length + 1);
	return true;
}

static bool write_text(const char *text, char *buffer)
{
	snprintf(buffer, RULE_VALUE_BYTES, "%s", text);
	return text[0] != '\0';
}

/* ---- offset=A..B ---- */

static bool read_offset(struct fault_rule *rule, const char *value)
{
	const char *dots = strstr(value, "..");
	char first[32];
	uint64_t from = 0, end = UINT64_MAX;

	if (!dots || (size_t)(dots - value) >= sizeof first)
		return false;
	memcpy(first, value, (size_t)(dots - value));
	first[dots - value] = '\0';
	if ((first[0] && size_parse(first, &from) < 0) ||
		(dots[2] && size_parse(dots + 2, &end) < 0) || from >= end)
		return false;
	rule->has_offset = true;
	rule->offset_first = from;
	rule->offset_end = end;
	return true;
}

static bool write_offset(const struct fault_rule *rule, char *buffer)
{
	char first[32] = "", end[32] = "";

	if (rule->offset_first > 0)
		size_write(rule->offset_first, first, sizeof first);
	if (rule->offset_end != UINT64_MAX)
		size_write(rule->offset_end, end, sizeof end);
	snprintf(buffer, RULE_VALUE_BYTES, "%s..%s", first, end);
	return rule->has_offset;
}

/* ---- whole ---- */

static bool read_whole(struct fault_rule *rule, const char *value)
{
	(void)value;
	rule->is_whole = true;
	return true;
}

static bool write_whole(const struct fault_rule *rule, char *buffer)
{
	buffer[0] = '\0';
	return rule->is_whole;
}

/* ---- after, every, times, chance ---- */

static bool read_after(struct fault_rule *rule, const char *value)
{
	return read_number(value, 0, &rule->after);
}

static bool write_after(const struct fault_rule *rule, char *buffer)
{
	return write_number(rule->after, 0, buffer);
}

static bool read_every(struct fault_rule *rule, const char *value)
{
	return read_number(value, 1, &rule->every);
}

static bool write_every(const struct fault_rule *rule, char *buffer)
{
	return write_number(rule->every, 1, buffer);
}

static bool read_times(struct fault_rule *rule, const char *value)
{
	return read_number(value, 1, &rule->times);
}

static bool write_times(const struct fault_rule *rule, char *buffer)
{
	return write_number(rule->times, 0, buffer);
}

static bool read_chance(struct fault_rule *rule, const char *value)
{
	uint32_t chance;

	if (share_parse(value, &chance) < 0 || chance == 0 || chance > 1000000)
		return false;
	rule->chance = chance;
	return true;
}

static bool write_chance(const struct fault_rule *rule, char *buffer)
{
	share_write(rule->chance, buffer, RULE_VALUE_BYTES);
	return rule->chance != 1000000;
}

/* ---- when=GAUGE>=VALUE ---- */

/* Longer signs first, since ">=" begins with ">". */
static const struct {
	const char *sign;
	enum rule_relation relation;
} relations[] = {
	{ ">=", RULE_AT_LEAST },
	{ "<=", RULE_AT_MOST },
	{ ">", RULE_ABOVE },
	{ "<", RULE_BELOW },
	{ "=", RULE_EQUAL },
};

#define RELATIONS (sizeof relations / sizeof relations[0])

static bool read_when(struct fault_rule *rule, const char *value)
{
	const char *sign = strpbrk(value, "<>=");
	size_t length = sign ? (size_t)(sign - value) : 0;
	char name[32];
	size_t at = 0;

	if (!sign || length >= sizeof name)
		return false;
	memcpy(name, value, length);
	name[length] = '\0';
	while (strncmp(sign, relations[at].sign, strlen(relations[at].sign)) != 0)
		at++;
	if (gauge_find(name, &rule->gauge) < 0 ||
		gauge_value_parse(
			rule->gauge, sign + strlen(relations[at].sign), &rule->gauge_value) < 0)
		return false;
	rule->has_when = true;
	rule->relation = relations[at].relation;
	return true;
}

static bool write_when(const struct fault_rule *rule, char *buffer)
{
	char value[32];
	size_t at = 0;

	while (relations[at].relation != rule->relation)
		at++;
	if (rule->has_when)
		snprintf(buffer, RULE_VALUE_BYTES, "%s%s%s", gauge_at(rule->gauge)->name,
			relations[at].sign,
			gauge_value_write(rule->gauge, rule->gauge_value, value, sizeof value));
	return rule->has_when;
}

/* ---- phase, file, snapshot, writer, device, ioctl, method, name ---- */

static bool read_phase(struct fault_rule *rule, const char *value)
{
	return read_text(value, rule->phase, sizeof rule->phase);
}

static bool write_phase(const struct fault_rule *rule, char *buffer)
{
	return write_text(rule->phase, buffer);
}

/* Absolute, because the rig runs in another folder than the caller. */
static bool read_file(struct fault_rule *rule, const char *value)
{
	return value[0] == '/' && read_text(value, rule->file, sizeof rule->file);
}

static bool write_file(const struct fault_rule *rule, char *buffer)
{
	return write_text(rule->file, buffer);
}

static bool read_snapshot(struct fault_rule *rule, const char *value)
{
	return read_text(value, rule->snapshot, sizeof rule->snapshot);
}

static bool write_snapshot(const struct fault_rule *rule, char *buffer)
{
	return write_text(rule->snapshot, buffer);
}

static bool read_writer(struct fault_rule *rule, const char *value)
{
	if (!read_text(value, rule->writer, sizeof rule->writer))
		return false;
	for (char *at = rule->writer; *at; at++)
		if (*at == ' ' || *at == '\t')
			*at = '_';
	return true;
}

static bool write_writer(const struct fault_rule *rule, char *buffer)
{
	return write_text(rule->writer, buffer);
}

static bool read_device(struct fault_rule *rule, const char *value)
{
	return read_text(value, rule->device, sizeof rule->device);
}

static bool write_device(const struct fault_rule *rule, char *buffer)
{
	return write_text(rule->device, buffer);
}

static bool read_ioctl(struct fault_rule *rule, const char *value)
{
	for (size_t i = 0; dm_ioctl_name_at(i); i++) {
		if (strcmp(dm_ioctl_name_at(i), value) == 0)
			return read_text(value, rule->ioctl, sizeof rule->ioctl);
	}
	return false;
}

static bool write_ioctl(const struct fault_rule *rule, char *buffer)
{
	return write_text(rule->ioctl, buffer);
}

/* VM.snapshot, or Async.VM.snapshot. */
static bool read_method(struct fault_rule *rule, const char *value)
{
	const char *dot = strchr(value, '.');

	for (const char *at = value; *at; at++) {
		if (!isalnum((unsigned char)*at) && !strchr("._", *at))
			return false;
	}
	return dot && dot != value && dot[1] && read_text(value, rule->method, sizeof rule->method);
}

static bool write_method(const struct fault_rule *rule, char *buffer)
{
	return write_text(rule->method, buffer);
}

/* A name must differ from a number, which also identifies a rule. */
static bool read_name(struct fault_rule *rule, const char *value)
{
	for (const char *at = value; *at; at++) {
		if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
			return false;
	}
	return isalpha((unsigned char)value[0]) && read_text(value, rule->name, sizeof rule->name);
}

static bool write_name(const struct fault_rule *rule, char *buffer)
{
	return write_text(rule->name, buffer);
}

/* ---- from, for ---- */

static bool read_from(struct fault_rule *rule, const char *value)
{
	rule->has_from = duration_parse(value, &rule->from_ns) == 0;
	return rule->has_from;
}

static bool write_from(const struct fault_rule *rule, char *buffer)
{
	duration_write(rule->from_ns, buffer, RULE_VALUE_BYTES);
	return rule->has_from;
}

static bool read_for(struct fault_rule *rule, const char *value)
{
	rule->has_for = duration_parse(value, &rule->for_ns) == 0;
	return rule->has_for;
}

static bool write_for(const struct fault_rule *rule, char *buffer)
{
	duration_write(rule->for_ns, buffer, RULE_VALUE_BYTES);
	return rule->has_for;
}

const struct rule_key rule_keys[] = {
	{ { "offset", "offset=24MiB..32MiB", "only requests that overlap this range",
		  POINT_HAS_RANGE },
		"nothing there has an offset", read_offset, write_offset },
	{ { "whole", NULL, "such a request fails completely, not only after its first bytes", 0 },
		NULL, read_whole, write_whole },
	{ { "snapshot", "snapshot=s0", "only for this snapshot", POINT_OF_SNAPSHOT },
		"there is no snapshot there", read_snapshot, write_snapshot },
	{ { "writer", "writer=System_Writer", "only for this writer, with _ for a space",
		  POINT_OF_WRITER },
		"there is no writer there", read_writer, write_writer },
	{ { "device", "device=vg0-b1", "only for this device of device-mapper", POINT_OF_DEVICE },
		"there is no device there", read_device, write_device },
	{ { "ioctl", "ioctl=table-load", "only for this ioctl of device-mapper", POINT_OF_IOCTL },
		"there is no ioctl there", read_ioctl, write_ioctl },
	{ { "method", "method=VM.snapshot", "only for this method of XAPI", POINT_OF_METHOD },
		"there is no method there", read_method, write_method },
	{ { "when", "when=store.used>=70%", "while a gauge has such a value", 0 }, NULL, read_when,
		write_when },
	{ { "phase", "phase=inject", "only in this phase of a scenario", 0 }, NULL, read_phase,
		write_phase },
	{ { "file", "file=/tmp/go", "while this file exists", 0 }, NULL, read_file, write_file },
	{ { "from", "from=10s", "only after this time since the rule was added", 0 }, NULL,
		read_from, write_from },
	{ { "for", "for=10s", "for so long", 0 }, NULL, read_for, write_for },
	{ { "after", "after=100", "not for the first N matches", 0 }, NULL, read_after,
		write_after },
	{ { "every", "every=10", "only for every Nth match", 0 }, NULL, read_every, write_every },
	{ { "chance", "chance=5%", "with this probability, drawn from the seed", 0 }, NULL,
		read_chance, write_chance },
	{ { "times", "times=1", "at most this many times", 0 }, NULL, read_times, write_times },
	{ { "name", "name=bad-sector",
		  "the name of the rule; a new rule with this name replaces it", 0 },
		NULL, read_name, write_name },
	{ { 0 }, NULL, NULL, NULL },
};

_Static_assert(sizeof rule_keys / sizeof rule_keys[0] <= RULE_KEYS_MAX, "the parser counts them");

const struct rule_trigger *rule_trigger_at(size_t index)
{
	return index < sizeof rule_keys / sizeof rule_keys[0] - 1 ? &rule_keys[index].is : NULL;
}
