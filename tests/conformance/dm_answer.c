/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/conformance/dm_answer.h"

#include <check.h>
#include <ctype.h>
#include <linux/dm-ioctl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "simfs/doors/dm/model/device.h"

#define KERNELS_MAJOR 253

/* ---- reading --------------------------------------------------------------- */

void dm_answer_read(const char *text, unsigned char *bytes)
{
	size_t used = 0;

	memset(bytes, 0, DM_ANSWER_BYTES);
	while (*text == ' ')
		text++;
	while (*text) {
		ck_assert_uint_lt(used, DM_ANSWER_BYTES);
		if (*text == '(') {
			char *end;
			used += strtoul(text + 1, &end, 10);
			ck_assert_int_eq(*end, ')');
			text = end + 1;
		} else {
			char pair[3] = { text[0], text[1], '\0' };
			bytes[used++] = (unsigned char)strtoul(pair, NULL, 16);
			text += 2;
		}
	}
	/* An answer that is only a version still has a header. */
	ck_assert_uint_le(((struct dm_ioctl *)bytes)->data_size, DM_ANSWER_BYTES);
}

/* ---- numbers of devices ---------------------------------------------------- */

/* Copies TEXT, with PREFIX before each word "253:N" or "7:N". */
static void rename_majors(const char *text, const char *prefix, char *out, size_t size)
{
	size_t used = 0;

	for (const char *at = text; *at; at++) {
		unsigned int major;
		int length = 0;
		bool begins = at == text || at[-1] == ' ';

		if (begins && sscanf(at, "%u:%n", &major, &length) == 1 && length > 0 &&
			(major == KERNELS_MAJOR || major == DM_MAJOR)) {
			used += (size_t)snprintf(out + used, size - used, "%s", prefix);
			at += length - 1;
		} else {
			ck_assert_uint_lt(used + 1, size);
			out[used++] = *at;
		}
	}
	out[used] = '\0';
}

static void own_table(unsigned char *bytes)
{
	struct dm_ioctl *header = (struct dm_ioctl *)bytes;
	unsigned char *at = bytes + header->data_start;
	char params[4096], prefix[16];

	snprintf(prefix, sizeof prefix, "%u:", DM_MAJOR);
	for (uint32_t i = 0; i < header->target_count; i++) {
		struct dm_target_spec *spec = (struct dm_target_spec *)at;
		char *text = (char *)(spec + 1);

		rename_majors(text, prefix, params, sizeof params);
		ck_assert_uint_le(strlen(params), strlen(text));
		memcpy(text, params, strlen(params) + 1);
		at += spec->next;
	}
}

void dm_answer_ours(unsigned int nr, unsigned char *bytes)
{
	struct dm_ioctl *header = (struct dm_ioctl *)bytes;

	if (major(header->dev) == KERNELS_MAJOR)
		header->dev = makedev(DM_MAJOR, minor(header->dev));
	if (nr == DM_TABLE_LOAD_CMD)
		own_table(bytes);
}

/* ---- saying ---------------------------------------------------------------- */

struct saying {
	char *text;
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(
	struct saying *saying, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int more = vsnprintf(
		saying->text + saying->used, DM_ANSWER_TEXT - saying->used, format, arguments);
	va_end(arguments);
	ck_assert_int_lt(more, (int)(DM_ANSWER_TEXT - saying->used));
	saying->used += (size_t)more;
}

static void say_device(struct saying *saying, uint64_t device)
{
	if (major(device) == KERNELS_MAJOR || major(device) == DM_MAJOR)
		say(saying, "dm:%u", minor(device));
	else
		say(saying, "%u:%u", major(device), minor(device));
}

static void say_targets(struct saying *saying, const struct dm_ioctl *header)
{
	const char *first = (const char *)header + header->data_start, *at = first;
	char params[4096];

	for (uint32_t i = 0; i < header->target_count; i++) {
		const struct dm_target_spec *spec = (const struct dm_target_spec *)at;

		rename_majors((const char *)(spec + 1), "dm:", params, sizeof params);
		say(saying, "\n  %llu %llu %s [%s] %d", (unsigned long long)spec->sector_start,
			(unsigned long long)spec->length, spec->target_type, params, spec->status);
		at = first + spec->next;
	}
}

static void say_list(struct saying *saying, const struct dm_ioctl *header)
{
	const char *at = (const char *)header + header->data_start;

	for (uint32_t next = 1; next;) {
		const struct dm_name_list *entry = (const struct dm_name_list *)at;
		size_t length = offsetof(struct dm_name_list, name) + strlen(entry->name) + 1;
		const uint32_t *more = (const uint32_t *)(at + ((length + 7) & ~(size_t)7));

		next = entry->next;
		if (!entry->dev)
			break;
		say(saying, "\n  %s ", entry->name);
		say_device(saying, entry->dev);
		say(saying, " event %u flags %x", more[0], more[1]);
		if (more[1] & DM_NAME_LIST_FLAG_HAS_UUID)
			say(saying, " uuid %s", (const char *)(more + 2));
		at += next;
	}
}

static void say_versions(struct saying *saying, const struct dm_ioctl *header)
{
	const char *at = (const char *)header + header->data_start;

	for (uint32_t next = 1; next;) {
		const struct dm_target_versions *entry = (const struct dm_target_versions *)at;

		say(saying, "\n  %s %u.%u.%u", entry->name, entry->version[0], entry->version[1],
			entry->version[2]);
		next = entry->next;
		at += next;
	}
}

static void say_deps(struct saying *saying, const struct dm_ioctl *header)
{
	const struct dm_target_deps *deps = (const struct dm_target_deps *)((const char *)header +
									    header->data_start);

	for (uint32_t i = 0; i < deps->count; i++) {
		say(saying, "\n  ");
		say_device(saying, deps->dev[i]);
	}
}

void dm_answer_text(
	unsigned int nr, const unsigned char *bytes, int error, bool counted, char *text)
{
	const struct dm_ioctl *header = (const struct dm_ioctl *)bytes;
	struct saying saying = { .text = text };

	say(&saying, "version %u.%u", header->version[0], header->version[1]);
	if (error) {
		say(&saying, " error %d (%s)", error, strerror(error));
		return;
	}
	say(&saying, " %s uuid %s ", header->name, header->uuid);
	say_device(&saying, header->dev);
	/* There is no udev here. */
	uint32_t flags = header->flags & ~(uint32_t)DM_UEVENT_GENERATED_FLAG;
	say(&saying, " flags %x event %u targets %u", flags, header->event_nr,
		header->target_count);
	if (counted)
		say(&saying, " open %d", header->open_count);
	if (nr == DM_LIST_DEVICES_CMD)
		say_list(&saying, header);
	else if (nr == DM_LIST_VERSIONS_CMD || nr == DM_GET_TARGET_VERSION_CMD)
		say_versions(&saying, header);
	else if (nr == DM_TABLE_DEPS_CMD)
		say_deps(&saying, header);
	else if (nr == DM_TABLE_STATUS_CMD || nr == DM_DEV_WAIT_CMD)
		say_targets(&saying, header);
}

void dm_answer_params(const unsigned char *bytes, uint64_t start, char *params, size_t size)
{
	const struct dm_ioctl *header = (const struct dm_ioctl *)bytes;
	const char *first = (const char *)header + header->data_start, *at = first;

	params[0] = '\0';
	for (uint32_t i = 0; i < header->target_count; i++) {
		const struct dm_target_spec *spec = (const struct dm_target_spec *)at;

		if (spec->sector_start == start)
			snprintf(params, size, "%s", (const char *)(spec + 1));
		at = first + spec->next;
	}
}
