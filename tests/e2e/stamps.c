/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stamps FILE - writes to FILE, which stays open, and through a mapping of it; ends
 * with 0 when its mtime was another one after each write.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITES 50

static struct timespec modified(int fd)
{
	struct stat facts = { 0 };

	fstat(fd, &facts);
	return facts.st_mtim;
}

static int is_later(struct timespec before, struct timespec after)
{
	return after.tv_sec > before.tv_sec ||
	       (after.tv_sec == before.tv_sec && after.tv_nsec > before.tv_nsec);
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
	struct timespec last = modified(fd);
	char bytes[512] = "stamp";

	if (fd < 0) {
		fprintf(stderr, "stamps: cannot open the file: %s\n", strerror(errno));
		return 1;
	}
	for (int i = 0; i <= WRITES; i++) {
		if (i < WRITES) {
			if (pwrite(fd, bytes, sizeof bytes, i * 512) != sizeof bytes)
				return 1;
		} else {
			char *view = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

			if (view == MAP_FAILED)
				return 1;
			view[0] = 'm';
			if (msync(view, 4096, MS_SYNC) < 0)
				return 1;
			munmap(view, 4096);
		}

		struct timespec now = modified(fd);

		if (!is_later(last, now)) {
			fprintf(stderr, "stamps: the time stands still after write %d\n", i);
			return 1;
		}
		last = now;
	}
	return 0;
}
