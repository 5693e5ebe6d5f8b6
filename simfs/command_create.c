/* SPDX-License-Identifier: Apache-2.0 */
/* command_create.c - snaprig create IMAGE --size SIZE */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/commands.h"
#include "simfs/control/protocol.h"

static const char help[] =
	"usage: snaprig create IMAGE --size SIZE\n"
	"\n"
	"Makes IMAGE, a sparse file of zeros, as the source volume of a rig.\n"
	"\n"
	"  --size SIZE   a multiple of 512: 64MiB, 1GiB, 2048s (sectors), 1048576\n"
	"  --help        show this\n"
	"\n"
	"An existing file is never overwritten.\n"
	"exit codes: 0 made, 2 unusable arguments, 4 the machine failed\n";

static int make_image(const char *path, uint64_t size_bytes)
{
	AUTO(auto_close) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int error;

	if (fd < 0) {
		error = -errno;
		log_error_code(error, "cannot make image '%s'", path);
		return error == -ENOSPC || error == -EIO ? EXIT_RIG : EXIT_USAGE;
	}
	if (ftruncate(fd, (off_t)size_bytes) < 0) {
		error = -errno;
		log_error_code(error, "cannot give image '%s' its size", path);
		unlink(path);
		return EXIT_RIG;
	}
	return EXIT_MET;
}

int command_create(int argc, char **argv)
{
	static const struct option options[] = {
		{ "size", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	uint64_t size_bytes = 0;
	const char *size = NULL;
	char hint[64];
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return EXIT_MET;
		}
		if (option != 's')
			return EXIT_USAGE;
		size = optarg;
	}
	if (argc - optind != 1 || !size) {
		log_error("create needs one IMAGE and --size (see 'snaprig create --help')");
		return EXIT_USAGE;
	}
	if (size_parse(size, &size_bytes) < 0) {
		log_error(
			"cannot read size '%s' (try %s)", size, size_hint(size, hint, sizeof hint));
		return EXIT_USAGE;
	}
	if (size_bytes == 0 || size_bytes % 512 != 0) {
		log_error("size '%s' is no multiple of 512 above 0", size);
		return EXIT_USAGE;
	}
	return make_image(argv[optind], size_bytes);
}
