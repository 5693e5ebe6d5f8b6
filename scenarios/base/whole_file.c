/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

int whole_file_begin(struct whole_file *whole, const char *path)
{
	AUTO(auto_free) char *part = heap_format("%s.part", path);
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);

	if (fd < 0)
		return -errno;
	*whole = (struct whole_file){ .file = fdopen(fd, "w") };
	if (!whole->file) {
		close(fd);
		return -ENOMEM;
	}
	whole->path = heap_copy(path);
	whole->part = TAKE_PTR(part);
	return 0;
}

static void whole_file_release(struct whole_file *whole)
{
	free(whole->path);
	free(whole->part);
	*whole = (struct whole_file){ 0 };
}

int whole_file_end(struct whole_file *whole)
{
	int error = 0;

	errno = 0;
	if (fflush(whole->file) != 0 || ferror(whole->file))
		error = errno ? -errno : -EIO;
	if (fclose(whole->file) != 0 && error == 0)
		error = -errno;
	if (error == 0 && rename(whole->part, whole->path) < 0)
		error = -errno;
	if (error < 0)
		unlink(whole->part);
	whole_file_release(whole);
	return error;
}

void whole_file_drop(struct whole_file *whole)
{
	fclose(whole->file);
	unlink(whole->part);
	whole_file_release(whole);
}

int folders_make(const char *path)
{
	AUTO(auto_free) char *part = heap_copy(path);
	struct stat found;

	for (char *slash = strchr(part + 1, '/'); *part && slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0777) < 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
			return -errno;
		*slash = '/';
	}
	if (mkdir(part, 0777) < 0 && errno != EEXIST)
		return -errno;
	if (stat(path, &found) < 0)
		return -errno;
	return S_ISDIR(found.st_mode) ? 0 : -ENOTDIR;
}
