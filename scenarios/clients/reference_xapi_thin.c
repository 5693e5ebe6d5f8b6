/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_thin.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference_xapi_merge.h"
#include "scenarios/clients/reference_xapi_vhd.h"
#include "scenarios/clients/reference_xo_error.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

#define POINT_SUFFIX ".json"
#define VHD_SUFFIX   ".vhd"

/* A restore point of the job. */
struct point {
	char *path;
	json_t *record;
};

struct points {
	struct point *all;
	size_t count;
};

static void points_deinit(struct points *points)
{
	for (size_t i = 0; i < points->count; i++) {
		free(points->all[i].path);
		json_decref(points->all[i].record);
	}
	free(points->all);
}

static bool ends_with(const char *name, const char *ending)
{
	size_t length = strlen(name), its = strlen(ending);

	return length > its && strcmp(name + length - its, ending) == 0;
}

/* The names are dates. */
static int older_first(const void *one, const void *other)
{
	const struct point *a = one, *b = other;

	return strcmp(a->path, b->path);
}

static json_t *points_read(const char *folder, const char *job_id, struct points *ret)
{
	AUTO(auto_closedir) DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (!dir)
		return xo_error_of_system(-errno, "open", folder);
	while ((entry = readdir(dir))) {
		AUTO(auto_free) char *path = heap_format("%s/%s", folder, entry->d_name);
		json_t *record = NULL;

		if (ends_with(entry->d_name, POINT_SUFFIX))
			record = json_load_file(path, 0, NULL);
		if (strcmp(member_text(record, "jobId"), job_id) != 0) {
			json_decref(record);
			continue;
		}
		ret->all = heap_grow(ret->all, ret->count, sizeof *ret->all);
		ret->all[ret->count++] = (struct point){ TAKE_PTR(path), record };
	}
	if (ret->count > 0)
		qsort(ret->all, ret->count, sizeof *ret->all, older_first);
	return NULL;
}

/* Returns the file of a point's VHD, which the caller frees; NULL if its record names a file
 * outside the folder. */
static char *vhd_path(const char *folder, const json_t *file)
{
	const char *name = json_string_value(file);

	if (!name || strncmp(name, "vdis/", 5) != 0 || strstr(name, ".."))
		return NULL;
	return heap_format("%s/%s", folder, name);
}

json_t *remote_children_merge(const char *path)
{
	AUTO(auto_free) char *folder = heap_format("%.*s", (int)(strrchr(path, '/') - path), path);
	char uuid[XAPI_UUID_BYTES];
	int error = xapi_vhd_uuid(path, uuid);
	AUTO(auto_closedir) DIR *dir = error < 0 ? NULL : opendir(folder);
	const struct dirent *entry;
	json_t *failure = NULL;

	/* The file was deleted: it cannot make any child complete. */
	if (error == -ENOENT)
		return NULL;
	if (!dir)
		return xo_error_of_system(error < 0 ? error : -errno, "open", path);
	while (!failure && (entry = readdir(dir))) {
		AUTO(auto_free) char *child = heap_format("%s/%s", folder, entry->d_name);
		struct xapi_vhd vhd;
		json_t *broken;

		if (!ends_with(entry->d_name, VHD_SUFFIX) || strcmp(child, path) == 0)
			continue;
		broken = xapi_vhd_check_file(child, &vhd);
		if (!broken && vhd.is_differencing && strcmp(vhd.parent_uuid, uuid) == 0)
			failure = xapi_vhd_merge(path, child);
		json_decref(broken);
	}
	return failure;
}

static json_t *point_delete(const char *folder, const struct point *point)
{
	json_t *vhds = json_object_get(point->record, "vhds"), *failure = NULL, *file;
	const char *ref;

	json_object_foreach(vhds, ref, file)
	{
		AUTO(auto_free) char *path = failure ? NULL : vhd_path(folder, file);

		if (!failure)
			failure = path ? remote_children_merge(path)
				       : xo_error("a restore point names no file of its folder");
	}
	if (failure)
		return failure;
	if (unlink(point->path) < 0)
		return xo_error_of_system(-errno, "unlink", point->path);
	json_object_foreach(vhds, ref, file)
	{
		AUTO(auto_free) char *path = vhd_path(folder, file);

		if (unlink(path) < 0 && errno != ENOENT && !failure)
			failure = xo_error_of_system(-errno, "unlink", path);
	}
	return failure;
}

json_t *remote_thin(const char *folder, const char *job_id, uint64_t keeps, uint64_t *ret_count)
{
	AUTO(points_deinit) struct points points = { 0 };
	json_t *failure = points_read(folder, job_id, &points);

	*ret_count = 0;
	while (!failure && points.count - *ret_count > keeps) {
		failure = point_delete(folder, &points.all[*ret_count]);
		if (!failure)
			++*ret_count;
	}
	return failure;
}
