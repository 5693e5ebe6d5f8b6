/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_latency FILE SECONDS LABEL [COMMAND...] - how long a live write takes while COMMAND runs.
 *
 * One O_DIRECT write of 4 KiB after the other, over the first 1 MiB of FILE: for
 * SECONDS undisturbed, then while COMMAND runs and SECONDS longer, as what it
 * has set off may go on.  Prints a line for each: microseconds, and how many took
 * more than 5 ms.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/clock.h"

#define WRITE_BYTES 4096u
#define PLACES	    256u
#define LONG_US	    5000u

struct figures {
	unsigned *us;
	size_t count, room;
};

static int fd;
static char *bytes;

static double now_s(void)
{
	return (double)clock_now_ns() / NS_PER_S;
}

static void write_one(struct figures *figures)
{
	double begin = now_s();
	off_t offset = (off_t)(figures->count % PLACES * WRITE_BYTES);

	if (pwrite(fd, bytes, WRITE_BYTES, offset) != WRITE_BYTES) {
		perror("bench_latency: a write failed");
		exit(4);
	}
	if (figures->count == figures->room) {
		figures->room = figures->room * 2 + 65536;
		figures->us = realloc(figures->us, figures->room * sizeof *figures->us);
		if (!figures->us)
			exit(4);
	}
	figures->us[figures->count++] = (unsigned)((now_s() - begin) * 1e6);
}

static void write_for(struct figures *figures, double seconds)
{
	double end = now_s() + seconds;

	while (now_s() < end)
		write_one(figures);
}

static int by_size(const void *a, const void *b)
{
	unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;

	return (left > right) - (left < right);
}

static void print(const char *label, const char *when, struct figures *figures, double seconds)
{
	size_t count = figures->count, longs = 0;

	qsort(figures->us, count, sizeof *figures->us, by_size);
	for (size_t i = 0; i < count; i++)
		longs += figures->us[i] > LONG_US;
	printf("%-28s %-12s %8.1f %9zu %8u %8u %9u %7zu\n", label, when, seconds, count,
		figures->us[count / 2], figures->us[count * 99 / 100], figures->us[count - 1],
		longs);
	free(figures->us);
}

static int write_during(struct figures *figures, char **command)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		close(fd);
		execvp(command[0], command);
		_exit(127);
	}
	while (child > 0 && waitpid(child, &status, WNOHANG) == 0)
		write_one(figures);
	return status;
}

int main(int argc, char **argv)
{
	struct figures before = { 0 }, during = { 0 };
	double seconds = argc > 3 ? strtod(argv[2], NULL) : 0, begin;
	int status;

	if (argc < 4) {
		fprintf(stderr, "usage: bench_latency FILE SECONDS LABEL [COMMAND...]\n");
		return 2;
	}
	fd = open(argv[1], O_WRONLY | O_DIRECT | O_CLOEXEC);
	bytes = aligned_alloc(WRITE_BYTES, WRITE_BYTES);
	if (fd < 0 || !bytes) {
		perror("bench_latency: cannot open the file");
		return 4;
	}
	memset(bytes, 'z', WRITE_BYTES);
	write_for(&before, 0.2);
	before.count = 0;
	write_for(&before, seconds);
	print(argv[3], "undisturbed", &before, seconds);
	if (argc == 4)
		return 0;
	begin = now_s();
	status = write_during(&during, argv + 4);
	write_for(&during, seconds);
	print(argv[3], "meanwhile", &during, now_s() - begin);
	return status == 0 ? 0 : 1;
}
