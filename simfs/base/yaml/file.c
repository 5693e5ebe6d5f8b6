/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/yaml/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/yaml/tree.h"

/* Reads up to ROOM bytes from FD.  Returns the count, or -errno. */
static ssize_t read_whole(int fd, char *buffer, size_t room)
{
	size_t length = 0;

	while (length < room) {
		ssize_t got = read(fd, buffer + length, room - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		length += (size_t)got;
	}
	return (ssize_t)length;
}

int yaml_file_read(const char *path, const char *what, struct mistakes *mistakes, char **ret_text,
	size_t *ret_length)
{
	const struct place whole = { 0, 0 };
	/* One byte more than allowed, so that a longer file is noticed. */
	AUTO(auto_free) char *text = heap_new(YAML_BYTES_MAX + 2);
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -errno : read_whole(fd, text, YAML_BYTES_MAX + 1);

	if (length < 0) {
		mistakes_add(mistakes, whole, "cannot read %s: %s", what, error_text((int)length));
		return (int)length;
	}
	*ret_text = TAKE_PTR(text);
	*ret_length = (size_t)length;
	return 0;
}
