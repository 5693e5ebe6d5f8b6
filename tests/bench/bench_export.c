/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_export HOST PORT PATH FILE ROUNDS - what an export costs against `cat FILE` into a socket.
 *
 * In turn: GET PATH of the server, and FILE read with 128 KiB at a time and written into a TCP
 * socket of this machine; both are read to the end by the same reader, which drops them.  Prints
 * MiB/s of each round, and the medians with their ratio.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/clock.h"

#define CAT_BYTES  (128u << 10) /* as cat(1) has it */
#define READ_BYTES (256u << 10)
#define ROUNDS_MAX 99

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(4);
}

/* Reads FD to its end: how many bytes. */
static uint64_t drop(int fd)
{
	static char bytes[READ_BYTES];
	uint64_t all = 0;
	ssize_t got;

	while ((got = read(fd, bytes, sizeof bytes)) > 0)
		all += (uint64_t)got;
	if (got < 0)
		die("read");
	return all;
}

static int connect_to(const char *host, const char *port)
{
	struct sockaddr_in place = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (inet_pton(AF_INET, host, &place.sin_addr) != 1 || fd < 0 ||
		connect(fd, (struct sockaddr *)&place, sizeof place) < 0)
		die("connect");
	return fd;
}

static double rate(uint64_t bytes, uint64_t begin_ns)
{
	return (double)bytes / (1u << 20) / ((double)(clock_now_ns() - begin_ns) / NS_PER_S);
}

static double export(const char *host, const char *port, const char *path)
{
	uint64_t begin_ns = clock_now_ns(), bytes;
	int fd = connect_to(host, port);

	if (dprintf(fd, "GET %s HTTP/1.1\r\nHost: here\r\n\r\n", path) < 0)
		die("write");
	bytes = drop(fd);
	close(fd);
	return rate(bytes, begin_ns);
}

struct cat {
	const char *path;
	int fd;
};

static void *cat(void *argument)
{
	static char bytes[CAT_BYTES];
	const struct cat *cat = argument;
	int from = open(cat->path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (from < 0)
		die(cat->path);
	while ((got = read(from, bytes, sizeof bytes)) > 0)
		for (ssize_t at = 0, put; at < got; at += put)
			if ((put = write(cat->fd, bytes + at, (size_t)(got - at))) < 0)
				die("write");
	close(from);
	close(cat->fd);
	return NULL;
}

static double cat_rate(const char *path)
{
	struct sockaddr_in place = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct cat work = { .path = path };
	socklen_t length = sizeof place;
	uint64_t begin_ns, bytes;
	char port[8];
	pthread_t thread;
	int fd;

	if (listener < 0 || bind(listener, (struct sockaddr *)&place, sizeof place) < 0 ||
		listen(listener, 1) < 0 ||
		getsockname(listener, (struct sockaddr *)&place, &length) < 0)
		die("listen");
	snprintf(port, sizeof port, "%u", ntohs(place.sin_port));
	begin_ns = clock_now_ns();
	fd = connect_to("127.0.0.1", port);
	work.fd = accept(listener, NULL, NULL);
	if (work.fd < 0 || pthread_create(&thread, NULL, cat, &work) != 0)
		die("accept");
	bytes = drop(fd);
	pthread_join(thread, NULL);
	close(fd);
	close(listener);
	return rate(bytes, begin_ns);
}

static int by_size(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static double median(double *rates, size_t count)
{
	qsort(rates, count, sizeof *rates, by_size);
	return rates[count / 2];
}

int main(int argc, char **argv)
{
	double exports[ROUNDS_MAX], cats[ROUNDS_MAX];
	size_t rounds = argc == 6 ? strtoul(argv[5], NULL, 10) : 0;

	if (rounds == 0 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: bench_export HOST PORT PATH FILE ROUNDS\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < rounds; i++) {
		cats[i] = cat_rate(argv[4]);
		exports[i] = export(argv[1], argv[2], argv[3]);
		printf("cat %7.0f MiB/s   export %7.0f MiB/s\n", cats[i], exports[i]);
		fflush(stdout);
	}
	printf("median: cat %.0f, export %.0f MiB/s: %.2f\n", median(cats, rounds),
		median(exports, rounds), median(exports, rounds) / median(cats, rounds));
	return 0;
}
