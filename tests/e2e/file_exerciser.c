/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_exerciser FILE SEED OPERATIONS [FIRST END] - does to FILE whatever files can be
 * asked, at any byte, and compares it with an array.
 *
 * Reads and writes (plain, O_DIRECT, vectors, through a mapping), zeroing, punching,
 * copy_file_range, fsync and seeks for data and holes, of any length at any offset within
 * FIRST to END (default: all).  FILE keeps its size, which is a volume's.  A file on
 * ext4 is to be had the same way: what differs there is this program's fault.  Several may
 * share a file, each in a range of its own that begins and ends at a multiple of 4096.
 *
 * The content is read at the beginning.  The first difference is said, with a line that
 * repeats the run; the exit is 1 then, 2 for what failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define LENGTH_MAX  200000u
#define DIRECT_UNIT 512u

static struct {
	const char *path;
	uint64_t seed, operation, chance;
	int fd, direct_fd;
	off_t first, end, bytes;
	char *array;  /* what FILE is to have */
	char *buffer; /* LENGTH_MAX, aligned */
} run;

__attribute__((noreturn)) static void give_up(const char *what, off_t at, int code)
{
	printf("FAIL: operation %" PRIu64 ": %s at %lld%s%s\n", run.operation, what, (long long)at,
		code == 2 ? ": " : "", code == 2 ? strerror(errno) : "");
	printf("replay: file_exerciser %s %" PRIu64 " %" PRIu64 " %lld %lld\n", run.path, run.seed,
		run.operation + 1, (long long)run.first, (long long)run.end);
	exit(code);
}

/* splitmix64: the same for the same seed, and nobody else's. */
static uint64_t draw(uint64_t below)
{
	uint64_t mixed = (run.chance += 0x9e3779b97f4a7c15ull);

	mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ull;
	mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebull;
	return below ? (mixed ^ (mixed >> 31)) % below : 0;
}

/* A range: mostly short ones, often at the edges, in multiples of UNIT. */
static off_t draw_range(size_t *ret_length, uint64_t unit)
{
	uint64_t all = (uint64_t)(run.end - run.first) / unit;
	uint64_t at = draw(4) == 0 ? all - 1 - draw(all < 9 ? all : 9) : draw(all);
	uint64_t most = draw(3) == 0 ? LENGTH_MAX : 9000;
	uint64_t length = 1 + draw(most / unit);

	if (length > all - at)
		length = all - at;
	*ret_length = (size_t)(length * unit);
	return run.first + (off_t)(at * unit);
}

static void fill(char *to, size_t length)
{
	uint64_t word = draw(0) | draw(UINT64_MAX);

	for (size_t i = 0; i < length; i++)
		to[i] = (char)(word >> i % 7 * 8 ^ i / 7);
}

static void compare(const char *what, off_t at, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != run.array[at + (off_t)i])
			give_up(what, at + (off_t)i, 1);
	}
}

static void do_read(void)
{
	size_t length;
	off_t at = draw_range(&length, 1);

	if (pread(run.fd, run.buffer, length, at) != (ssize_t)length)
		give_up("read", at, 2);
	compare("read differs", at, run.buffer, length);
}

static void do_write(void)
{
	size_t length;
	off_t at = draw_range(&length, 1);

	fill(run.buffer, length);
	if (pwrite(run.fd, run.buffer, length, at) != (ssize_t)length)
		give_up("write", at, 2);
	memcpy(run.array + at, run.buffer, length);
}

static void do_vectors(void)
{
	size_t length;
	off_t at = draw_range(&length, 1);
	size_t cut = draw(length + 1);
	struct iovec parts[2] = { { run.buffer, cut }, { run.buffer + cut, length - cut } };

	fill(run.buffer, length);
	if (pwritev(run.fd, parts, 2, at) != (ssize_t)length)
		give_up("write of vectors", at, 2);
	memcpy(run.array + at, run.buffer, length);
}

static void do_direct(void)
{
	size_t length;
	off_t at = draw_range(&length, DIRECT_UNIT);

	if (draw(2)) {
		if (pread(run.direct_fd, run.buffer, length, at) != (ssize_t)length)
			give_up("direct read", at, 2);
		compare("direct read differs", at, run.buffer, length);
		return;
	}
	fill(run.buffer, length);
	if (pwrite(run.direct_fd, run.buffer, length, at) != (ssize_t)length)
		give_up("direct write", at, 2);
	memcpy(run.array + at, run.buffer, length);
}

/* The mapping is its own cache: it is written back and let go before others look. */
static void do_mapping(void)
{
	size_t length;
	off_t at = draw_range(&length, 1);
	off_t page = at & ~(off_t)4095;
	size_t span = (size_t)(at - page) + length;
	char *view = mmap(NULL, span, PROT_READ | PROT_WRITE, MAP_SHARED, run.fd, page);

	if (view == MAP_FAILED)
		give_up("mapping", at, 2);
	compare("mapping differs", at, view + (at - page), length);
	if (draw(2)) {
		fill(run.buffer, length);
		memcpy(view + (at - page), run.buffer, length);
		memcpy(run.array + at, run.buffer, length);
		if (msync(view, span, MS_SYNC) < 0)
			give_up("msync", at, 2);
	}
	munmap(view, span);
}

static void do_zero(void)
{
	size_t length;
	off_t at = draw_range(&length, 1);
	int mode = draw(2) ? FALLOC_FL_ZERO_RANGE : FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

	if (fallocate(run.fd, mode, at, (off_t)length) == 0)
		memset(run.array + at, 0, length);
	else if (errno != EOPNOTSUPP)
		give_up("fallocate", at, 2);
}

static void do_copy(void)
{
	size_t length, other;
	off_t from = draw_range(&length, 1), to = draw_range(&other, 1);

	if (length > other)
		length = other;
	if (from < to + (off_t)length && to < from + (off_t)length)
		return;

	off_t in = from, out = to;
	size_t left = length;

	while (left > 0) {
		ssize_t copied = copy_file_range(run.fd, &in, run.fd, &out, left, 0);

		if (copied <= 0)
			give_up("copy_file_range", from, 2);
		left -= (size_t)copied;
	}
	memmove(run.array + to, run.array + from, length);
}

/* A hole is zeros; what is found lies where it may; and it comes to an end. */
static void do_seek(void)
{
	size_t length;
	off_t at = draw_range(&length, 1);
	off_t data = lseek(run.fd, at, SEEK_DATA);
	off_t hole = lseek(run.fd, at, SEEK_HOLE);
	off_t zeros_end = data < 0 ? run.bytes : data;

	if ((data < 0 && errno != ENXIO) || hole < at || hole > run.bytes ||
		(data >= 0 && (data < at || data >= run.bytes)) || (hole > at && data != at))
		give_up("seek", at, 2);
	for (off_t i = at; i < zeros_end && i < run.end; i++) {
		if (run.array[i])
			give_up("data in a hole", i, 1);
	}
}

static void do_flush(void)
{
	if ((draw(2) ? fsync(run.fd) : fdatasync(run.fd)) < 0)
		give_up("fsync", 0, 2);
}

static void do_all(void)
{
	for (off_t at = run.first; at < run.end;) {
		size_t length = (size_t)(run.end - at);

		if (length > LENGTH_MAX)
			length = LENGTH_MAX;
		if (pread(run.fd, run.buffer, length, at) != (ssize_t)length)
			give_up("read", at, 2);
		compare("all differs", at, run.buffer, length);
		at += (off_t)length;
	}
}

static void open_all(void)
{
	struct stat facts;
	void *buffer = NULL;

	run.fd = open(run.path, O_RDWR | O_CLOEXEC);
	run.direct_fd = open(run.path, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (run.fd < 0 || run.direct_fd < 0 || fstat(run.fd, &facts) < 0 ||
		posix_memalign(&buffer, 4096, LENGTH_MAX + 4096) != 0)
		give_up("open", 0, 2);
	run.buffer = buffer;
	run.bytes = facts.st_size;
	if (run.end == 0)
		run.end = run.bytes;
	run.array = malloc((size_t)run.bytes);
	for (off_t at = 0; at < run.bytes;) {
		ssize_t count = run.array ? pread(run.fd, run.array + at, (size_t)(run.bytes - at),
						    at)
					  : -1;

		if (count <= 0)
			give_up("first read", at, 2);
		at += count;
	}
}

int main(int argc, char **argv)
{
	static void (*const acts[])(void) = { do_read, do_read, do_write, do_write, do_write,
		do_vectors, do_direct, do_direct, do_mapping, do_zero, do_copy, do_seek, do_flush };
	uint64_t operations;

	if (argc != 4 && argc != 6) {
		fprintf(stderr, "usage: file_exerciser FILE SEED OPERATIONS [FIRST END]\n");
		return 2;
	}
	run.path = argv[1];
	run.chance = run.seed = strtoull(argv[2], NULL, 10);
	operations = strtoull(argv[3], NULL, 10);
	run.first = argc == 6 ? strtoll(argv[4], NULL, 10) : 0;
	run.end = argc == 6 ? strtoll(argv[5], NULL, 10) : 0;
	open_all();
	for (; run.operation < operations; run.operation++)
		acts[draw(sizeof acts / sizeof acts[0])]();
	do_all();
	return 0;
}
