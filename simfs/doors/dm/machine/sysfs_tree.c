/* SPDX-License-Identifier: Apache-2.0 */
/* sysfs_tree.c - see sysfs_tree.h. */
#include "simfs/doors/dm/machine/sysfs_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/model/sysfs.h"

/* New files are made here and renamed, so that no reader sees half of one. */
#define NEW ".new"

struct sysfs_tree {
	int folder_fd;
	struct dm_sysfs shown; /* sorted by path: a folder precedes its content */
};

static const char *const roots[] = { "block", "dev", "dev/block", "class", "class/block" };

static bool is_root(const char *path)
{
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		if (strcmp(path, roots[i]) == 0)
			return true;
	return false;
}

static int make_folder(int folder_fd, const char *path)
{
	return mkdirat(folder_fd, path, 0755) && errno != EEXIST ? -errno : 0;
}

int sysfs_tree_create(int folder_fd, struct sysfs_tree **ret)
{
	AUTO(auto_free) struct sysfs_tree *tree = calloc(1, sizeof(*tree));
	if (!tree)
		return -ENOMEM;
	tree->folder_fd = folder_fd;
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		int error = make_folder(folder_fd, roots[i]);
		if (error)
			return error;
	}
	*ret = TAKE_PTR(tree);
	return 0;
}

void sysfs_tree_destroy(struct sysfs_tree *tree)
{
	if (!tree)
		return;
	dm_sysfs_deinit(&tree->shown);
	free(tree);
}

static int make_new_file(int folder_fd, const char *text)
{
	AUTO(auto_close)
	int fd = openat(folder_fd, NEW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0444);
	if (fd < 0)
		return -errno;
	size_t length = strlen(text);
	ssize_t written = write(fd, text, length);
	if (written < 0)
		return -errno;
	return (size_t)written == length ? 0 : -ENOSPC;
}

static int make(int folder_fd, const struct dm_sysfs_entry *entry)
{
	if (entry->kind == DM_SYSFS_FOLDER)
		return make_folder(folder_fd, entry->path);

	int error;
	if (entry->kind == DM_SYSFS_LINK)
		error = symlinkat(entry->text, folder_fd, NEW) ? -errno : 0;
	else
		error = make_new_file(folder_fd, entry->text);
	if (!error && renameat(folder_fd, NEW, folder_fd, entry->path))
		error = -errno;
	if (error)
		unlinkat(folder_fd, NEW, 0);
	return error;
}

static int discard(int folder_fd, const struct dm_sysfs_entry *entry)
{
	if (is_root(entry->path))
		return 0;
	int flags = entry->kind == DM_SYSFS_FOLDER ? AT_REMOVEDIR : 0;
	return unlinkat(folder_fd, entry->path, flags) && errno != ENOENT ? -errno : 0;
}

static int by_path(const void *one, const void *other)
{
	const struct dm_sysfs_entry *first = one, *second = other;
	return strcmp(first->path, second->path);
}

static const struct dm_sysfs_entry *find(const struct dm_sysfs *view, const char *path)
{
	struct dm_sysfs_entry key = { .path = (char *)path };
	return view->count ? bsearch(&key, view->entries, view->count, sizeof(key), by_path) : NULL;
}

/* Whether something else than ENTRY is at that path, which must be removed first. */
static bool is_in_the_way(const struct dm_sysfs_entry *shown, const struct dm_sysfs_entry *entry)
{
	return !entry || (shown->kind == DM_SYSFS_FOLDER) != (entry->kind == DM_SYSFS_FOLDER);
}

static bool is_as(const struct dm_sysfs_entry *shown, const struct dm_sysfs_entry *entry)
{
	return shown && shown->kind == entry->kind &&
	       (entry->kind == DM_SYSFS_FOLDER || strcmp(shown->text, entry->text) == 0);
}

/* ENTRY was not made: it is new the next time. */
static void forget(struct dm_sysfs *view, size_t at)
{
	struct dm_sysfs_entry *entry = &view->entries[at];
	free(entry->path);
	free(entry->text);
	view->count--;
	memmove(entry, entry + 1, (view->count - at) * sizeof(*entry));
}

int sysfs_tree_update(struct sysfs_tree *tree, struct dm_sysfs *view)
{
	int first = 0;
	if (view->count)
		qsort(view->entries, view->count, sizeof(*view->entries), by_path);

	for (size_t i = tree->shown.count; i-- > 0;) {
		const struct dm_sysfs_entry *shown = &tree->shown.entries[i];
		if (!is_in_the_way(shown, find(view, shown->path)))
			continue;
		int error = discard(tree->folder_fd, shown);
		first = first ? first : error;
	}

	for (size_t i = 0; i < view->count;) {
		const struct dm_sysfs_entry *entry = &view->entries[i];
		if (is_as(find(&tree->shown, entry->path), entry)) {
			i++;
			continue;
		}
		int error = make(tree->folder_fd, entry);
		first = first ? first : error;
		if (error)
			forget(view, i);
		else
			i++;
	}

	dm_sysfs_deinit(&tree->shown);
	tree->shown = *view;
	*view = (struct dm_sysfs){ 0 };
	return first;
}
