/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/commands/world_number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"

/* Far longer than any line. */
#define TAIL_BYTES ((off_t)1 << 20)

/* The end of FD's content, terminated; the caller frees it. */
static int read_tail(int fd, char **ret, size_t *ret_length)
{
	off_t end = lseek(fd, 0, SEEK_END);
	off_t start = end > TAIL_BYTES ? end - TAIL_BYTES : 0;
	AUTO(auto_free) char *text = end < 0 ? NULL : malloc((size_t)(end - start) + 1);

	if (end < 0)
		return -errno;
	if (!text)
		return -ENOMEM;

	ssize_t got = pread(fd, text, (size_t)(end - start), start);

	if (got < 0)
		return -errno;
	text[got] = '\0';
	*ret_length = (size_t)got;
	*ret = TAKE_PTR(text);
	return 0;
}

static json_int_t last_world(char *text)
{
	json_int_t world = 0;
	char *rest = NULL;

	for (char *at = strtok_r(text, "\n", &rest); at; at = strtok_r(NULL, "\n", &rest)) {
		json_t *line = json_loads(at, 0, NULL);
		const json_t *its_world = json_object_get(line, "world");

		if (json_is_integer(its_world))
			world = json_integer_value(its_world);
		json_decref(line);
	}
	return world;
}

int world_number_take(int fd, json_int_t *ret)
{
	AUTO(auto_free) char *text = NULL;
	json_int_t now = clock_wall_seconds(), last;
	size_t length = 0;
	int error = read_tail(fd, &text, &length);

	if (error < 0)
		return error;
	if (length > 0 && text[length - 1] != '\n' && write(fd, "\n", 1) < 0)
		return -errno;
	last = last_world(text);
	*ret = now > last ? now : last + 1;
	return 0;
}
