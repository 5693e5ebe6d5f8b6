/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/mount/mount_options.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The smallest read, and the most that one request carries. */
#define MAX_READ_MIN_BYTES 4096u
#define MAX_READ_MAX_BYTES (1u << 20)

struct option {
	const char *name; /* ending in "=": a value follows */
	const char *why;  /* the reason why it is refused; NULL: accepted */
};

static const char rig_sets_it[] = "is for the rig to say";
static const char no_device[] = "is for file systems on a block device";

static const struct option options[] = {
	{ "allow_other", NULL },
	{ "allow_root", NULL },
	{ "async", NULL },
	{ "atime", NULL },
	{ "debug", NULL },
	{ "default_permissions", NULL },
	{ "dev", NULL },
	{ "dirsync", NULL },
	{ "exec", NULL },
	{ "max_read=", NULL },
	{ "noatime", NULL },
	{ "nodev", NULL },
	{ "noexec", NULL },
	{ "nosuid", NULL },
	{ "ro", NULL },
	{ "rw", NULL },
	{ "suid", NULL },

	/* fusermount3 checks while the kernel is still tearing down the ring of a killed rig, and
	 * leaves the mount that it should remove. */
	{ "auto_unmount", "is not supported, because a rig may be killed (the next 'mount' or "
			  "'umount' removes its mount)" },
	{ "blkdev", no_device },
	{ "blksize=", no_device },
	{ "fd=", rig_sets_it },
	{ "fsname=", rig_sets_it },
	{ "group_id=", rig_sets_it },
	{ "max_readahead=", rig_sets_it },
	{ "max_write=", rig_sets_it },
	{ "remount", "does not work (unmount the volume, and mount it again)" },
	{ "rootmode=", rig_sets_it },
	{ "subtype=", rig_sets_it },
	/* The kernel sends no flush after each write, and does not show the option to the rig. */
	{ "sync", "has no effect on FUSE (try --durable, or open files with O_SYNC)" },
	{ "user_id=", rig_sets_it },
};

#define OPTIONS (sizeof options / sizeof options[0])

static const struct option *find_option(const char *text, size_t length)
{
	for (size_t at = 0; at < OPTIONS; at++) {
		size_t name_length = strlen(options[at].name);
		bool has_value = options[at].name[name_length - 1] == '=';

		if ((has_value ? length >= name_length : length == name_length) &&
			memcmp(text, options[at].name, name_length) == 0)
			return &options[at];
	}
	return NULL;
}

static int read_max_read(const char *value, size_t length, uint32_t *ret)
{
	char digits[16];
	char *end;
	unsigned long bytes;

	if (length == 0 || length >= sizeof digits)
		return -EINVAL;
	memcpy(digits, value, length);
	digits[length] = '\0';
	bytes = strtoul(digits, &end, 10);
	if (*end != '\0' || digits[0] == '-' || digits[0] == '+' || bytes < MAX_READ_MIN_BYTES ||
		bytes > MAX_READ_MAX_BYTES)
		return -EINVAL;
	*ret = (uint32_t)bytes;
	return 0;
}

/* Whether NAME is among the options in TEXT. */
static bool has_option(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = text; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
			return true;
	}
	return false;
}

static int parse_one(const char *text, size_t length, struct mount_options *ret, char *message)
{
	const struct option *option;
	int shown = length > 100 ? 100 : (int)length;

	if (owner_take(text, length, &ret->owner, message))
		return message[0] ? -EINVAL : 0;
	option = find_option(text, length);
	if (!option || option->why) {
		snprintf(message, MOUNT_OPTIONS_MESSAGE_BYTES, "option '%.*s' of -o %s", shown,
			text, option ? option->why : "is unknown (see 'snaprig mount --help')");
		return -EINVAL;
	}
	if (strcmp(option->name, "max_read=") != 0)
		return 0;

	size_t name_length = strlen(option->name);

	if (read_max_read(text + name_length, length - name_length, &ret->max_read_bytes) == 0)
		return 0;
	snprintf(message, MOUNT_OPTIONS_MESSAGE_BYTES,
		"option '%.*s' of -o is not a number of bytes from %u to %u", shown, text,
		MAX_READ_MIN_BYTES, MAX_READ_MAX_BYTES);
	return -EINVAL;
}

int mount_options_parse(const char *text, struct mount_options *ret, char *message)
{
	*ret = (struct mount_options){ 0 };
	owner_init(&ret->owner);
	if (!text)
		return 0;
	for (const char *at = text;;) {
		size_t length = strcspn(at, ",");
		int error = parse_one(at, length, ret, message);

		if (error < 0)
			return error;
		if (at[length] == '\0')
			break;
		at += length + 1;
	}
	if (has_option(text, "allow_other") && has_option(text, "allow_root")) {
		snprintf(message, MOUNT_OPTIONS_MESSAGE_BYTES,
			"options 'allow_other' and 'allow_root' of -o exclude each other");
		return -EINVAL;
	}
	return 0;
}

char *mount_options_for_fuse(const char *text)
{
	size_t room = strlen(text) + 1, used = 0;
	char *rest = calloc(1, room);
	char message[MOUNT_OPTIONS_MESSAGE_BYTES];
	struct owner owner;

	for (const char *at = text; rest;) {
		size_t length = strcspn(at, ",");

		if (!owner_take(at, length, &owner, message))
			used += (size_t)snprintf(rest + used, room - used, "%s%.*s",
				used ? "," : "", (int)length, at);
		if (at[length] == '\0')
			break;
		at += length + 1;
	}
	return rest;
}

const char *mount_options_name(size_t at)
{
	return at < OPTIONS ? options[at].name : owner_option_name(at - OPTIONS);
}

bool mount_options_knows(const char *name)
{
	size_t length = strlen(name);

	for (size_t at = 0; mount_options_name(at); at++) {
		const char *known = mount_options_name(at);

		if (strncmp(known, name, length) == 0 &&
			(known[length] == '\0' || strcmp(known + length, "=") == 0))
			return true;
	}
	return false;
}
