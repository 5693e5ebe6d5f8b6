/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/mount_places.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/dead_mount.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/mount_table.h"
#include "simfs/cli/meant.h"
#include "simfs/control/protocol.h"
#include "simfs/mount/mount_point.h"

static void report_taken(const char *path)
{
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);

	if (entry && mount_table_find(MOUNT_TABLE_SELF, path, entry) == 0 &&
		strcmp(entry->type, "fuse.snaprig") == 0)
		log_error("mount point '%s' has image '%s' mounted on it ('snaprig umount %s' ends "
			  "it)",
			path, entry->source, path);
	else
		log_error("mount point '%s' is in use by another mount (try another folder)", path);
}

/* Whether PATH can be mounted on.  Removes a stale mount of ours. */
static int prepare_mount_point(const char *path)
{
	enum mount_point_state state;
	int error = mount_point_look(path, &state);

	if (error < 0) {
		log_error_code(error, "cannot use mount point '%s'", path);
		return EXIT_USAGE;
	}
	if (state == MOUNT_POINT_TAKEN) {
		report_taken(path);
		return EXIT_RIG;
	}
	if (state == MOUNT_POINT_STALE) {
		error = dead_mount_detach(path, false);
		if (error == -EIO) {
			/* fusermount3 has printed the reason. */
			log_error("cannot remove the dead mount at '%s'", path);
			return EXIT_RIG;
		}
		if (error < 0) {
			log_error_code(error, "cannot remove the dead mount at '%s'", path);
			return EXIT_RIG;
		}
		log_info("removed the mount that a dead rig left at '%s'", path);
	}
	return EXIT_MET;
}

/*
 * The absolute path of PATH, whose last component may be missing or a dead mount.  The caller frees
 * it.
 */
static char *absolute_path(const char *path)
{
	char *absolute = realpath(path, NULL);
	AUTO(auto_free) char *here = absolute ? NULL : getcwd(NULL, 0);

	if (absolute)
		return absolute;
	if (*path == '/')
		return strdup(path);
	if (!here || asprintf(&absolute, "%s/%s", here, path) < 0)
		return NULL;
	return absolute;
}

/* As absolute_path(), but a symbolic link as the last component is kept, and refused later. */
static char *state_path(const char *store)
{
	AUTO(auto_free) char *copy = strdup(store);
	size_t length = strlen(store);

	if (!copy)
		return NULL;
	while (length > 1 && copy[length - 1] == '/')
		copy[--length] = '\0';

	char *slash = strrchr(copy, '/');
	const char *name = slash ? slash + 1 : copy;
	char *path;

	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return absolute_path(copy);
	if (slash)
		*slash = '\0';

	AUTO(auto_free) char *folder = absolute_path(!slash ? "." : slash == copy ? "/" : copy);

	if (!folder || asprintf(&path, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name) < 0)
		return NULL;
	return path;
}

/*
 * A path hidden by the mount at POINT would be looked up through that mount, so the rig would wait
 * for itself: not even its own socket could be found.
 */
static int refuse_hidden(const char *point, const char *what, const char *path)
{
	bool hides;
	int error = path ? mount_point_hides(point, path, &hides) : 0;

	if (!path || (error == 0 && !hides))
		return EXIT_MET;
	if (error < 0)
		log_error_code(error, "cannot find %s '%s'", what, path);
	else
		log_error("mount point '%s' would hide %s '%s' (try a folder that does not hold "
			  "it)",
			point, what, path);
	return EXIT_USAGE;
}

int mount_places_find(
	const char *image, const char *point, const char *store, struct mount_places *ret)
{
	struct stat facts;
	int error;

	*ret = (struct mount_places){ .image = realpath(image, NULL) };
	error = !ret->image || stat(ret->image, &facts) < 0 ? -errno : 0;
	if (error == 0 && S_ISDIR(facts.st_mode) && meant_is_image(point)) {
		log_error_of(-EINVAL,
			"'%s' is a folder, and '%s' is a file: IMAGE comes first (snaprig mount %s "
			"%s)",
			image, point, point, image);
		return EXIT_USAGE;
	}
	if (error == 0 && S_ISDIR(facts.st_mode))
		error = -EISDIR;
	if (error < 0) {
		log_error_code(error, "cannot open image '%s'", image);
		return EXIT_USAGE;
	}
	if (S_ISBLK(facts.st_mode) && !store) {
		log_error("image '%s' is a block device, whose state cannot be kept beside it: "
			  "/dev is not persistent (try --store DIR)",
			image);
		return EXIT_USAGE;
	}
	ret->mount_point = absolute_path(point);
	if (store)
		ret->state_folder = state_path(store);
	else if (asprintf(&ret->state_folder, "%s" STATE_SUFFIX, ret->image) < 0)
		ret->state_folder = NULL;
	if (ret->mount_point && ret->state_folder)
		return EXIT_MET;
	log_error("out of memory");
	return EXIT_RIG;
}

/* PATH's length in /etc/mtab, where the kernel escapes separators as "\040". */
static size_t length_in_mtab(const char *path)
{
	size_t length = 0;

	for (; *path; path++)
		length += strchr(" \t\n\\#", *path) ? sizeof "\\040" - 1 : 1;
	return length;
}

/*
 * Ordinary users unmount through fusermount3, which finds a mount with getmntent(3).  That keeps
 * 4 KiB of a line; 256 of them are left for the type and the options.
 */
#define MTAB_PATHS_BYTES (4096 - 256)

static int refuse_long(const struct mount_places *places)
{
	size_t length = length_in_mtab(places->image) + length_in_mtab(places->mount_point);

	if (geteuid() == 0 || length <= MTAB_PATHS_BYTES)
		return EXIT_MET;
	log_error("fusermount3 could not unmount what has paths so long (%zu bytes, at most %d): "
		  "image '%s' at '%s' (try shorter paths)",
		length, MTAB_PATHS_BYTES, places->image, places->mount_point);
	return EXIT_USAGE;
}

int mount_places_check(const struct mount_places *places, const char *memory_cgroup)
{
	int code = refuse_long(places);

	if (code == EXIT_MET)
		code = prepare_mount_point(places->mount_point);
	if (code == EXIT_MET)
		code = refuse_hidden(places->mount_point, "image", places->image);
	if (code == EXIT_MET)
		code = refuse_hidden(places->mount_point, "state folder", places->state_folder);
	if (code == EXIT_MET)
		code = refuse_hidden(places->mount_point, "memory source", memory_cgroup);
	return code;
}

void mount_places_deinit(struct mount_places *places)
{
	free(places->image);
	free(places->mount_point);
	free(places->state_folder);
}
