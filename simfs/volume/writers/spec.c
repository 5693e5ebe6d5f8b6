/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/writers/spec.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <xxhash.h>

#include "simfs/base/mix.h"
#include "simfs/base/sizes.h"
#include "simfs/base/suggest.h"

static const struct spec_language language = { .name = "writer", .has_quotes = true };

/* ---- values of keys ---- */

static bool read_text(const char *value, char *target, size_t size)
{
	size_t length = strlen(value);

	if (length == 0 || length >= size)
		return false;
	memcpy(target, value, length + 1);
	return true;
}

static bool read_name(struct writer_spec *spec, const char *value)
{
	return read_text(value, spec->name, sizeof spec->name);
}

static bool read_id(struct writer_spec *spec, const char *value)
{
	static const char shape[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";

	if (strlen(value) != sizeof shape - 1)
		return false;
	for (size_t i = 0; shape[i]; i++) {
		if (shape[i] == 'x' ? !isxdigit((unsigned char)value[i]) : shape[i] != value[i])
			return false;
		spec->id[i] = (char)tolower((unsigned char)value[i]);
	}
	return true;
}

static bool read_path(struct writer_spec *spec, const char *value)
{
	/* The rig runs in another folder than the command that was given the path. */
	return value[0] == '/' && read_text(value, spec->path, sizeof spec->path);
}

static bool read_freeze(struct writer_spec *spec, const char *value)
{
	return duration_parse(value, &spec->freeze_ns) == 0;
}

static bool read_thaw(struct writer_spec *spec, const char *value)
{
	return duration_parse(value, &spec->thaw_ns) == 0;
}

static bool read_dies(struct writer_spec *spec, const char *value)
{
	return duration_parse(value, &spec->dies_ns) == 0 && spec->dies_ns > 0;
}

static bool read_limit(struct writer_spec *spec, const char *value)
{
	return duration_parse(value, &spec->limit_ns) == 0 && spec->limit_ns > 0;
}

#define OF(kind)     (1u << WRITER_##kind)
#define OF_ANY	     (OF(SIMULATED) | OF(HOOK) | OF(FSFREEZE))
#define OF_PROCESSES (OF(HOOK) | OF(FSFREEZE))

static const struct {
	const char *name;
	const char *example;
	unsigned kinds;
	bool (*read)(struct writer_spec *spec, const char *value);
} keys[] = {
	{ "name", "name=\"System Writer\"", OF_ANY, read_name },
	{ "id", "id={e8132975-6f93-4464-a53e-1050253ae220}", OF_ANY, read_id },
	{ "path", "path=/etc/qemu/fsfreeze-hook", OF_PROCESSES, read_path },
	{ "freeze", "freeze=200ms", OF(SIMULATED), read_freeze },
	{ "thaw", "thaw=50ms", OF(SIMULATED), read_thaw },
	{ "dies", "dies=5s", OF(SIMULATED), read_dies },
	{ "limit", "limit=60s", OF_ANY, read_limit },
};

#define KEYS (sizeof keys / sizeof keys[0])

static const char *const kinds[] = {
	[WRITER_SIMULATED] = "simulated",
	[WRITER_HOOK] = "hook",
	[WRITER_FSFREEZE] = "fsfreeze",
};

#define KINDS (sizeof kinds / sizeof kinds[0])

const char *writer_kind_name(enum writer_kind kind)
{
	return kinds[kind];
}

/* ---- the words ---- */

static bool read_kind(struct spec_line *line, const char *word, enum writer_kind *ret)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(kinds[i], word) == 0) {
			*ret = (enum writer_kind)i;
			return true;
		}
	}
	return spec_line_wrong(line, suggest_near(word, kinds, KINDS),
		"unknown kind of writer '%s' (simulated, hook or fsfreeze)", word);
}

static bool read_key(struct spec_line *line, const struct spec_word *word, struct writer_spec *spec)
{
	const char *names[KEYS];

	for (size_t i = 0; i < KEYS; i++) {
		names[i] = keys[i].name;
		if (strcmp(word->name, keys[i].name) != 0)
			continue;
		if (!spec_line_key(line, i, word))
			return false;
		if (!(keys[i].kinds & 1u << spec->kind))
			return spec_line_wrong(line, NULL, "a writer of kind '%s' has no '%s'",
				kinds[spec->kind], word->name);
		if (!word->value || !keys[i].read(spec, word->value))
			return spec_line_wrong(line, NULL, "cannot read %s '%s' (try %s)",
				word->name, word->value ? word->value : "", keys[i].example);
		return true;
	}
	return spec_line_unknown_key(line, word, names, KEYS);
}

static bool is_complete(struct spec_line *line, const struct writer_spec *spec)
{
	if (spec->kind != WRITER_SIMULATED && !spec->path[0])
		return spec_line_wrong(line, NULL, "a path is missing (try %s)",
			spec->kind == WRITER_HOOK ? "path=/etc/qemu/fsfreeze-hook"
						  : "path=/mnt/data");
	/* A path longer than a name cannot be the name. */
	if (!spec->name[0] &&
		(spec->kind == WRITER_SIMULATED || strlen(spec->path) >= WRITER_NAME_BYTES))
		return spec_line_wrong(
			line, NULL, "a name is missing (try name=\"System Writer\")");
	return true;
}

static bool read_line(const char *text, struct writer_spec *spec, char *message)
{
	struct spec_line line;
	struct spec_word word;

	if (!spec_line_begin(&line, text, &language, message))
		return false;
	if (!spec_line_next(&line, &word))
		return !line.is_wrong && spec_line_wrong(&line, NULL,
						 "a kind of writer is missing (try simulated "
						 "name=\"System Writer\")");
	if (!read_kind(&line, word.name, &spec->kind))
		return false;
	while (spec_line_next(&line, &word)) {
		if (!read_key(&line, &word, spec))
			return false;
	}
	return !line.is_wrong && is_complete(&line, spec);
}

/* ---- defaults ---- */

void writer_guid(uint64_t first, uint64_t second, char *buffer)
{
	snprintf(buffer, WRITER_GUID_BYTES,
		"{%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64 "}",
		first >> 32, first >> 16 & 0xffff, first & 0xffff, second >> 48,
		second & 0xffffffffffff);
}

/* For Windows Server 2016 and its applications, as `vssadmin list writers` shows them there. */
static const struct {
	const char *name, *id;
} known[] = {
	{ "System Writer", "{e8132975-6f93-4464-a53e-1050253ae220}" },
	{ "SqlServerWriter", "{a65faa63-5ea8-4ebc-9dbd-a0c4db26912a}" },
	{ "Microsoft Exchange Writer", "{76fe1ac4-15f7-4bcd-987e-8e1acb462fb7}" },
	{ "Microsoft Hyper-V VSS Writer", "{66841cd4-6ded-4f4b-8f17-fd23f8ddc3de}" },
	{ "NTDS", "{b2014c9e-8711-4c5c-a5a9-3cf384484757}" },
	{ "Registry Writer", "{afbab4a2-367d-4d15-a586-71dbb18f8485}" },
	{ "WMI Writer", "{a6ad56c2-b509-4e6c-bb19-49d8f43532f0}" },
	{ "ASR Writer", "{be000cbe-11fe-4426-9c58-531aa6355fc4}" },
	{ "Shadow Copy Optimization Writer", "{4dc3bdd4-ab48-4d07-adb0-3bee2926fd7f}" },
	{ "COM+ REGDB Writer", "{542da469-d3e1-473c-9f4f-7847f01fc64f}" },
};

static void complete(struct writer_spec *spec)
{
	uint64_t hash;

	if (!spec->name[0])
		memcpy(spec->name, spec->path, strlen(spec->path) + 1);
	for (size_t i = 0; i < sizeof known / sizeof known[0] && !spec->id[0]; i++) {
		if (strcmp(known[i].name, spec->name) == 0)
			snprintf(spec->id, sizeof spec->id, "%s", known[i].id);
	}
	hash = XXH3_64bits(spec->name, strlen(spec->name));
	if (!spec->id[0])
		writer_guid(hash, mix64(hash), spec->id);
}

int writer_spec_parse(const char *text, struct writer_spec *ret, char *message)
{
	struct writer_spec spec = { .limit_ns = WRITER_LIMIT_NS };

	if (!read_line(text, &spec, message))
		return -EINVAL;
	complete(&spec);
	*ret = spec;
	return 0;
}
