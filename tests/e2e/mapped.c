/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapped FILE OFFSET - prints the byte at OFFSET, read through a mapping of FILE.
 *
 * Exits with 3 when the file cannot be mapped, with 4 at SIGBUS: it cannot be read.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void bus_error(int number)
{
	(void)number;
	_exit(4);
}

int main(int argc, char **argv)
{
	int fd = argc == 3 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	struct stat facts;

	if (fd < 0 || fstat(fd, &facts) < 0)
		return 2;

	const volatile unsigned char *bytes = mmap(
		NULL, (size_t)facts.st_size, PROT_READ, MAP_SHARED, fd, 0);

	if (bytes == MAP_FAILED)
		return 3;
	signal(SIGBUS, bus_error);
	printf("%u\n", bytes[strtoull(argv[2], NULL, 0)]);
	return 0;
}
