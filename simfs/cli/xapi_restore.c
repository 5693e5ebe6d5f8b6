/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xapi_restore.c - snaprig xapi restore REMOTE OUT: restores a disk from a backup of Xen Orchestra.
 *
 *	REMOTE/xo-vm-backups/VM/20261128T003000Z.json	one restore point: vhds{ref → path}, vdis, …
 *	REMOTE/xo-vm-backups/VM/vdis/JOB/DISK/….vhd	its disks
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/cli/ask.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/vhd_files.h"
#include "simfs/control/protocol.h"

#define PATH_LENGTH    4096u
#define BACKUPS_FOLDER "xo-vm-backups"
#define POINT_SUFFIX   ".json"

struct values {
	const char *vm, *disk, *at;
	bool list, json;
};

/* ---- the restore points of a VM ---- */

static int is_point(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(POINT_SUFFIX);

	return entry->d_name[0] != '.' && length > suffix &&
	       strcmp(entry->d_name + length - suffix, POINT_SUFFIX) == 0;
}

/*
 * [{"at": "2026…Z", "point": {…}}, …], oldest first, which the caller frees.  Returns EXIT_MET, or
 * the exit code after a message.
 */
static int points_read(const char *folder, json_t **ret)
{
	json_t *points = json_array();
	struct dirent **entries;
	int exit_code = EXIT_MET;
	int count = scandir(folder, &entries, is_point, alphasort);

	if (count < 0) {
		log_error_code(-errno, "no backups are in '%s'", folder);
		json_decref(points);
		return EXIT_USAGE;
	}
	for (int i = 0; i < count; i++) {
		char path[2 * PATH_LENGTH];
		json_error_t mistake;
		json_t *point;
		const char *name = entries[i]->d_name;

		snprintf(path, sizeof path, "%s/%s", folder, name);
		point = json_load_file(path, 0, &mistake);
		if (!json_is_object(point)) {
			log_error("'%s' is no restore point: %s", path,
				point ? "no object" : mistake.text);
			exit_code = EXIT_USAGE;
			json_decref(point);
		} else {
			json_array_append_new(points,
				json_pack("{s:s%, s:o}", "at", name,
					strlen(name) - strlen(POINT_SUFFIX), "point", point));
		}
		free(entries[i]);
	}
	free(entries);
	if (exit_code == EXIT_MET)
		*ret = points;
	else
		json_decref(points);
	return exit_code;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* "vdis/JOB/DISK/….vhd" contains the disk's uuid. */
static const char *disk_of_path(const char *path, char *room, size_t length)
{
	const char *end = strrchr(path, '/'), *begin = end;

	while (begin && begin > path && begin[-1] != '/')
		begin--;
	snprintf(room, length, "%.*s", begin ? (int)(end - begin) : 0, begin ? begin : "");
	return room;
}

/* {"name", "uuid", "path"} of each of its disks.  The caller frees it. */
static json_t *disks_of(const json_t *entry)
{
	json_t *point = json_object_get(entry, "point"), *disks = json_array(), *path;
	json_t *vdis = json_object_get(point, "vdis");
	const char *ref;

	json_object_foreach(json_object_get(point, "vhds"), ref, path)
	{
		const char *text = json_string_value(path);
		char uuid[128];

		if (!text)
			continue;
		json_array_append_new(
			disks, json_pack("{s:s, s:s, s:s}", "name",
				       text_of(json_object_get(vdis, ref), "name_label"), "uuid",
				       disk_of_path(text, uuid, sizeof uuid), "path", text));
	}
	return disks;
}

/* ---- what to restore ---- */

/* The last restore point, or the one at AT; borrowed. */
static const json_t *choose_point(const json_t *points, const char *at)
{
	const json_t *found = NULL;
	json_t *entry;
	size_t i;

	json_array_foreach(points, i, entry) if (!at || strcmp(text_of(entry, "at"), at) == 0)
		found = entry;
	return found;
}

/* Borrowed from DISKS; NULL after a message. */
static const json_t *choose_disk(const json_t *disks, const char *name)
{
	const json_t *found = NULL;
	json_t *disk;
	size_t i, count = 0;

	json_array_foreach(disks, i, disk)
	{
		if (name && strcmp(text_of(disk, "name"), name) != 0 &&
			strcmp(text_of(disk, "uuid"), name) != 0)
			continue;
		found = disk;
		count++;
	}
	if (count == 1)
		return found;
	if (count == 0 && name)
		log_error("no disk '%s' is in this restore point", name);
	else if (count == 0)
		log_error("no disk is in this restore point");
	else
		log_error("%zu disks are in question: say which with --disk", count);
	return NULL;
}

/* Whether PATH of a restore point stays in its folder. */
static bool is_below(const char *path)
{
	if (*path == '/' || !*path)
		return false;
	for (const char *at = path; at; at = strchr(at, '/')) {
		at += *at == '/';
		if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
			return false;
	}
	return true;
}

static int restore(const char *folder, const json_t *point, const char *disk_name, const char *out)
{
	json_t *disks = disks_of(point);
	const json_t *disk = choose_disk(disks, disk_name);
	char path[2 * PATH_LENGTH];
	struct vhd_files files;
	int exit_code = EXIT_USAGE;

	if (disk && !is_below(text_of(disk, "path"))) {
		log_error("path '%s' of a restore point leads out of its folder",
			text_of(disk, "path"));
	} else if (disk) {
		snprintf(path, sizeof path, "%s/%s", folder, text_of(disk, "path"));
		exit_code = vhd_files_open(path, NULL, &files);
		if (exit_code == EXIT_MET) {
			exit_code = vhd_files_flatten(&files, out);
			vhd_files_close(&files);
		}
	}
	json_decref(disks);
	return exit_code;
}

/* ---- listing ---- */

static int list(const json_t *points, bool as_json)
{
	json_t *all = json_array(), *entry, *disk;
	int exit_code;
	size_t i, j;

	json_array_foreach(points, i, entry)
	{
		json_t *disks = disks_of(entry);

		if (!as_json)
			json_array_foreach(disks, j, disk) printf("%s %s %s\n",
				text_of(entry, "at"), text_of(disk, "uuid"), text_of(disk, "name"));
		json_array_append_new(all,
			json_pack("{s:s, s:s, s:O}", "at", text_of(entry, "at"), "mode",
				text_of(json_object_get(entry, "point"), "mode"), "disks", disks));
		json_decref(disks);
	}
	if (as_json) {
		json_t *object = json_pack("{s:o}", "restore_points", all);

		exit_code = json_output_print(object);
		json_decref(object);
		return exit_code;
	}
	json_decref(all);
	return command_line_finish();
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	char folder[PATH_LENGTH];
	json_t *points = NULL;
	const json_t *point;
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	if (count != (values.list ? 1 : 2)) {
		log_error(values.list ? "--list makes no file" : "OUT is missing (or --list)");
		return EXIT_USAGE;
	}
	snprintf(folder, sizeof folder, "%s/" BACKUPS_FOLDER "/%s", argv[1], values.vm);
	exit_code = points_read(folder, &points);
	if (exit_code != EXIT_MET)
		return exit_code;
	if (values.list) {
		exit_code = list(points, values.json);
		json_decref(points);
		return exit_code;
	}
	point = choose_point(points, values.at);
	if (point) {
		exit_code = restore(folder, point, values.disk, argv[2]);
		if (exit_code == EXIT_MET && values.json)
			exit_code = json_output_print_file("out", argv[2]);
	} else {
		log_error("no restore point '%s' is in '%s'", values.at ? values.at : "", folder);
		exit_code = EXIT_USAGE;
	}
	json_decref(points);
	return exit_code;
}

static const struct command_option options[] = {
	{ "vm", "UUID", "the VM", COMMAND_TEXT, .is_required = true,
		.offset = offsetof(struct values, vm) },
	{ "disk", "DISK", "the disk, by name or uuid, if the VM has several", COMMAND_TEXT,
		.offset = offsetof(struct values, disk) },
	{ "at", "TIME", "name of the restore point, such as 20261128T003000Z (default: the last)",
		COMMAND_TEXT, .offset = offsetof(struct values, at) },
	{ "list", NULL, "list the restore points with their disks", .excludes = "disk",
		.offset = offsetof(struct values, list) },
	{ "json", NULL, "print the list, or what was made, as JSON",
		.offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line xapi_restore_action = {
	.name = "xapi restore",
	.summary = "restore a disk from a backup of Xen Orchestra",
	.operands = { { "REMOTE", COMMAND_FOLDER, NULL, NULL },
		{ "[OUT]", COMMAND_FILE, NULL, NULL } },
	.options = options,
	.about = "Reads a folder of backups by Xen Orchestra (a remote of type file), takes the "
		 "last\n"
		 "restore point of a VM, or the one given by --at, and writes the content of a "
		 "disk to a\n"
		 "new file OUT, using the VHD and its parents.  Does not need Xen Orchestra.  "
		 "Encrypted\n"
		 "backups and XVA files are not supported.",
	.examples = "  snaprig xapi restore /backups --vm 0c8d… --list\n"
		    "  snaprig xapi restore /backups --vm 0c8d… --disk system system.img\n",
	.exits = "  0    done\n"
		 "  2    no such restore point or disk, it is damaged, or OUT exists already\n"
		 "  4    the files could not be read or written\n",
	.run = run,
};
