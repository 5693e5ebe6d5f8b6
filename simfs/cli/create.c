/* SPDX-License-Identifier: Apache-2.0 */
/* create.c - snaprig create IMAGE --size SIZE */
#include "simfs/cli/create.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/command_table.h"

struct values {
	const char *size;
	bool json;
};

static int make_image(const char *path, uint64_t size_bytes)
{
	AUTO(auto_close) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int error;

	if (fd < 0) {
		error = -errno;
		if (error == -EEXIST)
			log_error_of(error, "'%s' exists already, and is never overwritten", path);
		else
			log_error_code(error, "cannot make image '%s'", path);
		return error == -ENOSPC || error == -EIO ? EXIT_RIG : EXIT_USAGE;
	}
	if (ftruncate(fd, (off_t)size_bytes) < 0) {
		error = -errno;
		log_error_code(error, "cannot give image '%s' its size", path);
		unlink(path);
		return error == -EFBIG ? EXIT_USAGE : EXIT_RIG;
	}
	return EXIT_MET;
}

int create_image(const char *path, const char *size)
{
	uint64_t size_bytes = 0;
	char hint[64];
	int error = size_parse(size, &size_bytes);

	if (error == -ERANGE)
		log_error("size '%s' is more than a file can have", size);
	else if (error < 0)
		log_error(
			"cannot read size '%s' (try %s)", size, size_hint(size, hint, sizeof hint));
	if (error < 0)
		return EXIT_USAGE;
	if (size_bytes == 0 || size_bytes % 512 != 0) {
		log_error("size '%s' is not a multiple of 512 above 0", size);
		return EXIT_USAGE;
	}
	return make_image(path, size_bytes);
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	size_t count;
	int code = command_line_parse(line, argc, argv, &values, &count);

	if (code != COMMAND_GO_ON)
		return code;
	code = create_image(argv[1], values.size);
	return code == EXIT_MET && values.json ? json_output_print_file("image", argv[1]) : code;
}

static const struct command_option options[] = {
	{ "size", "SIZE", "a multiple of 512: 64MiB, 1GiB, 2048s (sectors), 1048576", COMMAND_SIZE,
		.is_required = true, .offset = offsetof(struct values, size) },
	{ "json", NULL, "print what was made, as JSON", .offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line create_command = {
	.name = "create",
	.summary = "make an image for a volume",
	.operands = { { "IMAGE", COMMAND_FILE, NULL, NULL } },
	.options = options,
	.about = "Makes IMAGE, a sparse file of zeros, which can be mounted as a volume.  An "
		 "existing\n"
		 "file is never overwritten.",
	.examples = "  snaprig create vol.img --size 1GiB\n",
	.exits = "  0    done\n"
		 "  2    the command line is wrong, or IMAGE exists already\n"
		 "  4    the machine failed\n",
	.run = run,
};
