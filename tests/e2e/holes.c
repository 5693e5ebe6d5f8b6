/* SPDX-License-Identifier: Apache-2.0 */
/* holes FILE - prints each range of data as SEEK_DATA and SEEK_HOLE tell: offset and length. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	off_t first, end = 0;

	if (fd < 0) {
		fprintf(stderr, "holes: cannot open the file: %s\n", strerror(errno));
		return 1;
	}
	while ((first = lseek(fd, end, SEEK_DATA)) >= 0) {
		end = lseek(fd, first, SEEK_HOLE);
		if (end < 0)
			break;
		printf("%lld %lld\n", (long long)first, (long long)(end - first));
	}
	if (errno != ENXIO) {
		fprintf(stderr, "holes: cannot seek: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
