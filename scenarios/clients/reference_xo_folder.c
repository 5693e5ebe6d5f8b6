/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xo_folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xo_log.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* Xen Orchestra's name for a snapshot until it belongs to a backup. */
#define NOTE_NAME "xo-backup-temp-snapshot-name"

int xo_folder_make(const char *folder)
{
	AUTO(auto_free) char *path = heap_copy(folder);

	for (char *slash = path; slash; *slash = '/') {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		if (!slash)
			break;
	}
	return 0;
}

static char *note_path(const char *folder)
{
	return heap_format("%s/%s", folder, NOTE_NAME);
}

int xo_folder_note_snapshot(const char *folder, const char *name)
{
	AUTO(auto_free) char *path = note_path(folder);
	AUTO(auto_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : write_all(fd, name, strlen(name));
}

void xo_folder_forget_snapshot(const char *folder)
{
	AUTO(auto_free) char *path = note_path(folder);

	unlink(path);
}

char *xo_folder_noted_snapshot(const char *folder)
{
	AUTO(auto_free) char *path = note_path(folder);
	AUTO(auto_free) char *name = file_text(path);

	return name && *name ? TAKE_PTR(name) : NULL;
}

/* ---- what interrupted runs have left ---- */

/* Returns whether NAME ends with ENDING, and is longer. */
static bool ends_with(const char *name, const char *ending)
{
	size_t length = strlen(name), its = strlen(ending);

	return length > its && strcmp(name + length - its, ending) == 0;
}

/* "b1.1234.partial" of pending_file_create(), or a log of whole_file_begin(). */
static bool is_partial(const char *name)
{
	const char *at = name + strlen(name);

	if (ends_with(name, XO_LOG_SUFFIX ".part"))
		return true;
	if (!ends_with(name, PENDING_SUFFIX))
		return false;
	at -= strlen(PENDING_SUFFIX);
	while (at > name && isdigit((unsigned char)at[-1]))
		at--;
	return isdigit((unsigned char)*at) && at > name + 1 && at[-1] == '.';
}

static void log_interrupt(const char *path)
{
	json_t *log = json_load_file(path, 0, NULL);

	if (log && xo_log_interrupt(log))
		xo_log_write(log, path);
	json_decref(log);
}

unsigned xo_folder_clean(const char *folder)
{
	AUTO(auto_closedir) DIR *dir = opendir(folder);
	const struct dirent *entry;
	unsigned count = 0;

	while (dir && (entry = readdir(dir))) {
		AUTO(auto_free) char *path = heap_format("%s/%s", folder, entry->d_name);

		if (is_partial(entry->d_name))
			count += unlink(path) == 0;
		else if (ends_with(entry->d_name, XO_LOG_SUFFIX))
			log_interrupt(path);
	}
	return count;
}

/* ---- retention ---- */

/* A good backup of the job. */
struct old_backup {
	char *path; /* of the image */
	json_int_t start_ms;
};

struct old_backups {
	struct old_backup *all;
	size_t count;
};

static void old_backups_deinit(struct old_backups *old)
{
	for (size_t i = 0; i < old->count; i++)
		free(old->all[i].path);
	free(old->all);
}

static int older_first(const void *one, const void *other)
{
	const struct old_backup *a = one, *b = other;

	if (a->start_ms != b->start_ms)
		return a->start_ms < b->start_ms ? -1 : 1;
	return strcmp(a->path, b->path);
}

/* Adds the backup whose log is at PATH if it is a good one of the job and still exists. */
static void old_backup_add(struct old_backups *old, const char *path, const char *job_id)
{
	json_t *log = json_load_file(path, 0, NULL);
	const char *its = json_string_value(json_object_get(log, "jobId"));
	const char *status = json_string_value(json_object_get(log, "status"));
	AUTO(auto_free)
	char *image = heap_format("%.*s", (int)(strlen(path) - strlen(XO_LOG_SUFFIX)), path);

	if (its && strcmp(its, job_id) == 0 && status && strcmp(status, "success") == 0 &&
		access(image, F_OK) == 0) {
		old->all = heap_grow(old->all, old->count, sizeof *old->all);
		old->all[old->count++] = (struct old_backup){
			.path = TAKE_PTR(image),
			.start_ms = json_integer_value(json_object_get(log, "start")),
		};
	}
	json_decref(log);
}

/* The manifest is deleted first: an image without one is not a backup. */
static int backup_delete(const char *image)
{
	static const char *const suffixes[] = { ".manifest", "", XO_LOG_SUFFIX };

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
		AUTO(auto_free) char *path = heap_format("%s%s", image, suffixes[i]);

		if (unlink(path) < 0 && errno != ENOENT)
			return -errno;
	}
	return 0;
}

int xo_folder_thin(const char *folder, const char *job_id, uint64_t keeps)
{
	AUTO(auto_closedir) DIR *dir = opendir(folder);
	AUTO(old_backups_deinit) struct old_backups old = { 0 };
	const struct dirent *entry;
	int count = 0;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		AUTO(auto_free) char *path = heap_format("%s/%s", folder, entry->d_name);

		if (ends_with(entry->d_name, XO_LOG_SUFFIX))
			old_backup_add(&old, path, job_id);
	}
	if (old.count > 0)
		qsort(old.all, old.count, sizeof *old.all, older_first);
	while (old.count - (size_t)count > keeps) {
		int error = backup_delete(old.all[count].path);

		if (error < 0)
			return error;
		count++;
	}
	return count;
}
