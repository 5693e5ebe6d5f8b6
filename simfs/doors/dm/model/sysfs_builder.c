/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/model/sysfs_builder.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static char *format_text(const char *format, va_list arguments)
{
	char *text;
	return vasprintf(&text, format, arguments) < 0 ? NULL : text;
}

/* Makes room for one more entry, doubling it when full; or returns NULL. */
static struct dm_sysfs_entry *more_room(struct dm_sysfs *view)
{
	bool is_full = !(view->count & (view->count - 1));
	struct dm_sysfs_entry *entries = view->entries;

	if (is_full)
		entries = reallocarray(entries, view->count ? 2 * view->count : 1, sizeof *entries);
	if (entries)
		view->entries = entries;
	return entries;
}

static void add(struct dm_sysfs_builder *builder, enum dm_sysfs_kind kind, char *path, char *text)
{
	struct dm_sysfs *view = &builder->view;

	if (!path || (!text && kind != DM_SYSFS_FOLDER) || !more_room(view)) {
		builder->error = -ENOMEM;
		free(path);
		free(text);
		return;
	}
	view->entries[view->count++] = (struct dm_sysfs_entry){ kind, path, text };
}

void dm_sysfs_add_folder(struct dm_sysfs_builder *builder, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(builder, DM_SYSFS_FOLDER, format_text(format, arguments), NULL);
	va_end(arguments);
}

static char *join(const char *folder, const char *name)
{
	char *path;
	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

void dm_sysfs_add_text(struct dm_sysfs_builder *builder, enum dm_sysfs_kind kind,
	const char *folder, const char *name, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(builder, kind, join(folder, name), format_text(format, arguments));
	va_end(arguments);
}

void dm_sysfs_deinit(struct dm_sysfs *view)
{
	for (size_t i = 0; i < view->count; i++) {
		free(view->entries[i].path);
		free(view->entries[i].text);
	}
	free(view->entries);
	*view = (struct dm_sysfs){ NULL, 0 };
}
