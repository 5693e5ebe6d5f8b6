/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapped FILE OFFSET - prints the byte at OFFSET, read through a mapping of FILE.
 *
 * Exits with 3 when the file cannot be mapped; dies of SIGBUS, without a core, when
 * it cannot be read.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	int fd = argc == 3 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	struct stat facts;

	if (fd < 0 || fstat(fd, &facts) < 0 || setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 }) < 0)
		return 2;

	const volatile unsigned char *bytes = mmap(
		NULL, (size_t)facts.st_size, PROT_READ, MAP_SHARED, fd, 0);

	if (bytes == MAP_FAILED)
		return 3;
	printf("%u\n", bytes[strtoull(argv[2], NULL, 0)]);
	return 0;
}
