/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk_image.c - images of ours, which are created and removed with their disks.
 *
 * Neither is atomic.  So an image whose fate is undecided has a file next to it, its doubt: if that
 * exists at the next start, the notes of the pool decide.
 *
 *	creating:  doubt, the image, its records are saved, no doubt
 *	removing:  doubt, its records are dropped and saved, the rig ends, no image, no doubt
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/control/protocol.h"
#include "simfs/doors/xapi/disks/disk.h"
#include "simfs/doors/xapi/disks/notes.h"

#define FOLDERS_OPEN 16
#define IMAGE_SUFFIX ".img"
#define DOUBT_SUFFIX ".doubt"
#define PART_SUFFIX  ".part"

char *image_path(const struct disks *disks, const char *name)
{
	return heap_format("%s/" STATE_IMAGES "/%s" IMAGE_SUFFIX, disks->state_folder, name);
}

int image_create(const char *path, uint64_t size_bytes)
{
	AUTO(auto_free) char *part = heap_format("%s" PART_SUFFIX, path);
	AUTO(auto_close)
	int fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int error;

	if (fd < 0)
		return -errno;
	/* It has its full size before it has its name. */
	if (ftruncate(fd, (off_t)size_bytes) == 0 && rename(part, path) == 0)
		return 0;
	error = -errno;
	unlink(part);
	return error;
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
	(void)facts;
	(void)where;
	return kind == FTW_DP ? rmdir(path) : unlink(path);
}

static bool remove_file(const char *image, const char *suffix)
{
	AUTO(auto_free) char *path = heap_format("%s%s", image, suffix);

	if (unlink(path) == 0 || errno == ENOENT)
		return true;
	log_error_code(-errno, "cannot remove '%s'", path);
	return false;
}

void image_remove(const char *image)
{
	AUTO(auto_free) char *state = heap_format("%s" STATE_SUFFIX, image);

	if (nftw(state, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT) {
		log_error_code(-errno, "cannot remove '%s'", state);
		return;
	}
	if (remove_file(image, PART_SUFFIX) && remove_file(image, ""))
		remove_file(image, DOUBT_SUFFIX);
}

int image_doubt(const char *image)
{
	AUTO(auto_free) char *path = heap_format("%s" DOUBT_SUFFIX, image);
	AUTO(auto_close)
	int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : 0;
}

void image_keep(const char *image)
{
	remove_file(image, DOUBT_SUFFIX);
}

/* The disk KEY had a rig when its server was killed. */
static void remove_killed(struct disks *disks, const char *key, const char *image)
{
	AUTO(auto_free)
	char *mount = heap_format("%s/" STATE_MOUNTS "/%s", disks->state_folder, key);

	disk_rig_await_old(mount);
	image_remove(image);
	rmdir(mount);
}

void images_decide(struct disks *disks)
{
	static const char ending[] = IMAGE_SUFFIX DOUBT_SUFFIX;
	AUTO(auto_free) char *path = heap_format("%s/" STATE_IMAGES, disks->state_folder);
	AUTO(auto_closedir) DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		size_t length = strlen(entry->d_name), rest = sizeof ending - 1;
		AUTO(auto_free) char *key = NULL;
		AUTO(auto_free) char *image = NULL;

		if (length <= rest || strcmp(entry->d_name + length - rest, ending) != 0)
			continue;
		key = heap_format("%.*s", (int)(length - rest), entry->d_name);
		image = image_path(disks, key);
		if (note_has_disk(disks, key))
			image_keep(image);
		else
			remove_killed(disks, key, image);
	}
}
