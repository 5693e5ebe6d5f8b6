/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/entry/enter_internal.h"

static int failed(const char *what, const char *path)
{
	int error = -errno;

	log_error_code(error, "cannot %s '%s'", what, path);
	return error;
}

int enter_folder(const char *path, mode_t mode)
{
	if (mkdir(path, mode) < 0 && errno != EEXIST)
		return failed("make folder", path);
	return 0;
}

int enter_tmpfs(const char *path, unsigned long flags, const char *options)
{
	if (mount("snaprig", path, "tmpfs", flags, options) < 0)
		return failed("mount a tmpfs on", path);
	return 0;
}

int enter_bind(const char *source, const char *target)
{
	if (mount(source, target, NULL, MS_BIND | MS_REC, NULL) < 0)
		return failed("cover", target);
	return 0;
}

int enter_text(const char *path, const char *text)
{
	size_t length = strlen(text);
	AUTO(auto_close)
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, length) != (ssize_t)length)
		return failed("write", path);
	return 0;
}
