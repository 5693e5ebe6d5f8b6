/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xo_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/heap.h"
#include "scenarios/clients/reference_files.h"
#include "simfs/base/cleanup.h"

/* Xen Orchestra gives a snapshot this name until it is known to be a backup's. */
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
