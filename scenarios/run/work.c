/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/run/rig_mounts.h"
#include "scenarios/run/run_left.h"
#include "scenarios/run/run_state.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/temporary.h"

/* mnt: the volume; given: what the client reads; out: a folder for each backup; repo: for all
 * backups; restored: what is restored from them; tmp: the client's TMPDIR; oracle: ours; disk: for
 * stores. */
static const char *const work_folders[] = { "mnt", "given", "out", "repo", "restored", "logs",
	"tmp", "oracle", "disk" };

int work_is_stranger(const struct dirent *entry)
{
	static const char image[] = "volume.img";

	/* "." and "..", the image, and the folder of its state beside it. */
	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		strncmp(entry->d_name, image, strlen(image)) == 0)
		return 0;
	for (size_t i = 0; i < sizeof work_folders / sizeof work_folders[0]; i++) {
		if (strcmp(entry->d_name, work_folders[i]) == 0)
			return 0;
	}
	return 1;
}

char *work_path(const struct run *run, const char *folder, const char *name)
{
	return heap_format("%s/%s/%s", run->work, folder, name);
}

static const char *work_parent(const struct run *run)
{
	return run->options->work_parent ? run->options->work_parent : temporary_parent();
}

int work_create(struct run *run, struct reason *reason)
{
	const char *parent = work_parent(run);
	AUTO(auto_free) char *folder_path = NULL;
	char path[PATH_MAX];
	int error = temporary_folder_make(parent, &folder_path);

	/* Mounts are known by their real path. */
	if (error == 0 && !realpath(folder_path, path))
		error = -errno;
	if (error < 0) {
		reason_set(reason,
			"cannot make a work folder in '%s': %s (--work FOLDER or TMPDIR chooses "
			"another place)",
			parent, error_text(error));
		return error;
	}
	run->work = heap_copy(path);
	for (size_t i = 0; i < sizeof work_folders / sizeof work_folders[0]; i++) {
		AUTO(auto_free) char *folder = heap_format("%s/%s", path, work_folders[i]);

		if (mkdir(folder, 0700) < 0)
			return reason_error(reason, -errno, "cannot make '%s'", folder);
	}
	run->image = heap_format("%s/volume.img", path);
	run->mount_point = heap_format("%s/mnt", path);
	run->live = heap_format("%s/mnt/live", path);
	run->repo = heap_format("%s/repo", path);
	return 0;
}

void work_remove(struct run *run)
{
	if (!run->work)
		return;
	/* Unmounts what a client has left; the result names it. */
	mounts_detach(run->work);
	if (run->options->keep)
		log_info("the work folder of '%s' is '%s'", run->scenario->name, run->work);
	else
		folder_remove(run->work);
	free(run->work);
	free(run->image);
	free(run->mount_point);
	free(run->live);
	free(run->shadow);
	free(run->store);
	free(run->repo);
}
