/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapped.c - reads and writes through a mapping, which SIGBUS makes errors of.
 *
 * The mapping is made anew each time, and nothing is read ahead through it: a
 * page that the kernel has read for one process would be old for another that
 * writes it past the cache.
 */
#include "tests/e2e/load/load.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

static sigjmp_buf bus_jump;

static void bus_error(int number)
{
	(void)number;
	siglongjmp(bus_jump, 1);
}

/* Most of them wait for the file and not for its disk: msync() is dear. */
static int write_back(int fd, unsigned char *bytes, uint64_t length, uint64_t offset)
{
	if (length % 8 == 0)
		return msync(bytes, length, MS_SYNC);
	return sync_file_range(fd, (off_t)offset, (off_t)length,
		SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
}

/* Copies out of the mapping into INTO, or from FROM into the mapping. */
static int copy(int fd, int protection, unsigned char *into, const unsigned char *from,
	uint64_t length, uint64_t offset)
{
	uint64_t skipped = offset % PAGE_BYTES;
	unsigned char *bytes = mmap(
		NULL, skipped + length, protection, MAP_SHARED, fd, (off_t)(offset - skipped));
	volatile int error = 0;

	if (bytes == MAP_FAILED)
		return errno;
	madvise(bytes, skipped + length, MADV_RANDOM);
	signal(SIGBUS, bus_error);
	if (sigsetjmp(bus_jump, 1))
		error = EIO;
	else if (into)
		memcpy(into, bytes + skipped, length);
	else
		memcpy(bytes + skipped, from, length);
	signal(SIGBUS, SIG_DFL);
	if (from && write_back(fd, bytes, skipped + length, offset - skipped) < 0)
		error = errno;
	munmap(bytes, skipped + length);
	return error;
}

int mapped_read(int fd, unsigned char *bytes, uint64_t length, uint64_t offset)
{
	return copy(fd, PROT_READ, bytes, NULL, length, offset);
}

int mapped_write(int fd, const unsigned char *bytes, uint64_t length, uint64_t offset)
{
	return copy(fd, PROT_READ | PROT_WRITE, NULL, bytes, length, offset);
}
