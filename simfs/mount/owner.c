/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/mount/owner.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/mount/mount_options.h"

/* chown() takes this for "unchanged". */
#define NO_ID ((uint32_t)-1)

static const struct {
	const char *name;
	int base;
	uint32_t max;
	const char *hint;
	size_t value; /* offset of the value, and of the flag that it was given */
	size_t flag;
} rows[] = {
	{ "uid", 10, NO_ID - 1, "a number: uid=1000", offsetof(struct owner, uid), 0 },
	{ "gid", 10, NO_ID - 1, "a number: gid=1000", offsetof(struct owner, gid), 0 },
	{ "mode", 8, 0777, "octal, at most 777: mode=640", offsetof(struct owner, mode),
		offsetof(struct owner, has_mode) },
	{ "umask", 8, 0777, "octal, at most 777: umask=022", offsetof(struct owner, umask),
		offsetof(struct owner, has_umask) },
};

_Static_assert(sizeof(uid_t) == 4 && sizeof(gid_t) == 4 && sizeof(mode_t) == 4,
	"all values of the table are of one size");

void owner_init(struct owner *owner)
{
	*owner = (struct owner){ .uid = getuid(), .gid = getgid() };
}

static bool read_value(const char *text, int base, uint32_t max, uint32_t *ret)
{
	char *end;

	errno = 0;

	unsigned long long value = strtoull(text, &end, base);

	if (text[0] < '0' || text[0] > '9' || *end || errno || value > max)
		return false;
	*ret = (uint32_t)value;
	return true;
}

bool owner_take(const char *text, size_t length, struct owner *owner, char *message)
{
	message[0] = '\0';
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t name_length = strlen(rows[i].name);

		if (length <= name_length || text[name_length] != '=' ||
			memcmp(text, rows[i].name, name_length) != 0)
			continue;

		AUTO(auto_free)
		char *value = heap_format(
			"%.*s", (int)(length - name_length - 1), text + name_length + 1);

		if (!read_value(value, rows[i].base, rows[i].max,
			    (uint32_t *)((char *)owner + rows[i].value)))
			snprintf(message, MOUNT_OPTIONS_MESSAGE_BYTES,
				"option '%.*s' of -o cannot be read (try %s)",
				length > 100 ? 100 : (int)length, text, rows[i].hint);
		if (rows[i].flag)
			*(bool *)((char *)owner + rows[i].flag) = true;
		return true;
	}
	return false;
}

const char *owner_option_name(size_t at)
{
	return at < sizeof rows / sizeof rows[0] ? rows[at].name : NULL;
}

mode_t owner_mode(const struct owner *owner, enum owned what)
{
	static const mode_t usual[] = {
		[OWNED_FOLDER] = 0755,
		[OWNED_VOLUME] = 0600,
		[OWNED_READ_ONLY] = 0400,
		[OWNED_TEXT] = 0444,
	};
	static const mode_t most[] = {
		[OWNED_FOLDER] = 0777,
		[OWNED_VOLUME] = 0666,
		[OWNED_READ_ONLY] = 0444,
		[OWNED_TEXT] = 0444,
	};

	if (owner->has_mode && what == OWNED_VOLUME)
		return owner->mode;
	if (owner->has_mode && what == OWNED_READ_ONLY)
		return owner->mode & ~(mode_t)0222;
	return owner->has_umask ? most[what] & ~owner->umask : usual[what];
}
