/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/files.h"
#include "scenarios/clients/words.h"
#include "scenarios/run/give_xapi.h"
#include "scenarios/run/lvm_world.h"
#include "scenarios/run/rig_mounts.h"
#include "scenarios/run/run_left.h"
#include "scenarios/run/run_points.h"
#include "scenarios/run/run_state.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

void leak_add(struct run *run, const char *what)
{
	for (size_t i = 0; i < run->result->leak_count; i++) {
		if (strcmp(run->result->leaks[i], what) == 0)
			return;
	}
	result_add_leak(run->result, what);
}

static void temporary_look(struct run *run)
{
	AUTO(auto_free) char *folder = heap_format("%s/tmp", run->work);
	struct folder_listing listing;

	folder_list(folder, &listing);
	for (size_t i = 0; i < listing.count; i++) {
		AUTO(auto_free)
		char *leak = heap_format("temporary file '%s' of %" PRIu64 " bytes",
			listing.files[i].path, listing.files[i].bytes);

		leak_add(run, leak);
	}
	for (size_t i = 0; i < listing.empty_count; i++) {
		AUTO(auto_free)
		char *leak = heap_format("empty temporary folder '%s'", listing.empty[i]);

		leak_add(run, leak);
	}
	folder_listing_deinit(&listing);
}

/* Returns whether SNAPSHOT has an owner, so that it is not a leak. */
static bool is_accounted_for(struct run *run, const json_t *snapshot)
{
	const char *name = json_string_value(json_object_get(snapshot, "name"));
	const struct snapshot_point *point = name ? point_find(run, name) : NULL;

	if (point && !point->is_deleted)
		return true;
	/* The next incremental backup needs it. */
	if (json_is_true(json_object_get(snapshot, "tracks_only")))
		return true;
	return name && run->client->gives == CLIENT_GIVES_LVM && !lvm_has_snapshot(run, name);
}

/* Returns the other snapshots, the oldest first; none if the rig is gone.  The caller frees the
 * array. */
static json_t *snapshots_left(struct run *run)
{
	struct reason ignored = { "" };
	json_t *list = NULL, *left = json_array(), *snapshot;
	size_t i;

	if (!run->rig || rig_call(run->rig, "snapshot.list", NULL, &ignored, &list) < 0)
		return left;
	json_array_foreach(json_object_get(list, "snapshots"), i, snapshot)
	{
		if (!is_accounted_for(run, snapshot))
			json_array_append(left, snapshot);
	}
	json_decref(list);
	return left;
}

void leaks_expect(struct run *run)
{
	json_t *left = run->client->leaves > 0 ? snapshots_left(run) : NULL;
	size_t there = json_array_size(left);

	/* That of a running backup may not exist yet. */
	if (run->underway && there < run->snapshots_left_max)
		there = run->snapshots_left_max;
	/* One more than exist: a run that leaves two of its own does not need both. */
	run->snapshots_left_max = there < run->client->leaves ? there + 1 : run->client->leaves;
	json_decref(left);
}

static void snapshots_look(struct run *run)
{
	json_t *left = snapshots_left(run);
	size_t count = json_array_size(left);

	for (size_t i = 0; i + run->snapshots_left_max < count; i++) {
		const char *name = json_string_value(
			json_object_get(json_array_get(left, i), "name"));
		AUTO(auto_free) char *leak = heap_format("snapshot '%s'", name ? name : "");

		leak_add(run, leak);
	}
	json_decref(left);
}

/* A set in progress, whose requester is not one of the scenario's. */
static void dead_set_look(struct run *run)
{
	struct reason ignored = { "" };
	json_t *writers = NULL;

	if (!run->rig || rig_call(run->rig, "writers.list", NULL, &ignored, &writers) < 0)
		return;

	const char *name = json_string_value(
		json_object_get(json_object_get(writers, "dead_set"), "snapshot"));
	const struct snapshot_point *point = name ? point_find(run, name) : NULL;
	AUTO(auto_free)
	char *leak = heap_format("snapshot set of '%s', in progress", name ? name : "");

	if (name && !(point && point->never_came))
		leak_add(run, leak);
	json_decref(writers);
}

/* The volume, the file systems of limited room, and disks that were created in a pool. */
static bool is_own_mount(const struct run *run, const char *path)
{
	size_t length = strlen(run->work);
	const char *below = strncmp(path, run->work, length) == 0 ? path + length : "";

	return strcmp(path, run->mount_point) == 0 ||
	       strncmp(below, XAPI_MOUNTS, strlen(XAPI_MOUNTS)) == 0 ||
	       (run->has_target && (strcmp(below, "/out") == 0 || strcmp(below, "/repo") == 0)) ||
	       (run->store && strcmp(below, "/disk") == 0);
}

/* Finds what the client has put into the folder of the run. */
static void strangers_look(struct run *run)
{
	struct dirent **entries;
	int count = scandir(run->work, &entries, work_is_stranger, alphasort);

	for (int i = 0; i < count; i++) {
		AUTO(auto_free)
		char *leak = heap_format("'%s' in its working folder", entries[i]->d_name);

		leak_add(run, leak);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* Returns whether LOOP, "/dev/loop0 (file)", is ours and kept in use by something other than the
 * client. */
static bool is_kept(const struct run *run, const char *loop)
{
	for (size_t i = 0; i < run->kept_loop_count; i++) {
		size_t length = strlen(run->kept_loops[i]);

		if (strncmp(loop, run->kept_loops[i], length) == 0 && loop[length] == ' ')
			return true;
	}
	return false;
}

void leaks_look(struct run *run)
{
	struct mount_list list;

	/* It may belong to another client, which still needs it. */
	if (run->underway)
		return;
	temporary_look(run);
	strangers_look(run);
	snapshots_look(run);
	dead_set_look(run);
	mounts_below(run->work, &list);
	for (size_t i = 0; i < list.count; i++) {
		AUTO(auto_free) char *leak = heap_format("mount '%s'", list.paths[i]);

		/* Except our own, and those that limit the room for backups (target.c). */
		if (!is_own_mount(run, list.paths[i]))
			leak_add(run, leak);
	}
	mount_list_deinit(&list);
	loops_below(run->work, &list);
	for (size_t i = 0; i < list.count; i++) {
		AUTO(auto_free) char *leak = heap_format("loop device %s", list.paths[i]);

		if (!is_kept(run, list.paths[i]))
			leak_add(run, leak);
	}
	mount_list_deinit(&list);
}

/* Adds PATH, in FOLDER, as a leak unless it is published; WHAT it is, and WHERE, in words. */
static void unpublished_add(struct run *run, const struct client_words *words, const char *folder,
	const char *path, const char *what, const char *where)
{
	AUTO(auto_free) char *whole = heap_format("%s/%s", folder, path);
	AUTO(auto_free) char *leak = heap_format("%s '%s' of %s", what, path, where);

	if (!client_publishes(run->client, words, whole))
		leak_add(run, leak);
}

/* Adds everything in FOLDER that is not published; WHERE it is, in words. */
static void unpublished_look(
	struct run *run, const struct run_backup *backup, const char *folder, const char *where)
{
	const struct client_words words = { .out = backup->out_path, .repo = run->repo };
	struct folder_listing listing;

	folder_list(folder, &listing);
	for (size_t i = 0; i < listing.count; i++)
		unpublished_add(run, &words, folder, listing.files[i].path, "file", where);
	for (size_t i = 0; i < listing.empty_count; i++)
		unpublished_add(run, &words, folder, listing.empty[i], "empty folder", where);
	folder_listing_deinit(&listing);
}

void leaks_look_at_backup(
	struct run *run, const struct run_backup *backup, const char *left_running)
{
	AUTO(auto_free) char *folder = work_path(run, "out", backup->name);
	AUTO(auto_free) char *where = heap_format("backup '%s'", backup->name);

	if (left_running) {
		AUTO(auto_free)
		char *leak = heap_format("process of backup '%s': %s", backup->name, left_running);

		leak_add(run, leak);
	}
	unpublished_look(run, backup, folder, where);
	if (!run->underway)
		unpublished_look(run, backup, run->repo, "the repository");
	leaks_look(run);
}
