/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/run_folder.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "simfs/base/file_io.h"
#include "simfs/base/mix.h"

static char folder[256];

void run_folder_setup(void)
{
	const char *parent = getenv("TMPDIR");

	snprintf(folder, sizeof folder, "%s/snaprig-unit-XXXXXX", parent ? parent : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
}

void run_folder_teardown(void)
{
	ck_assert_int_eq(chdir("/"), 0);
	folder_remove(folder);
}

void run_folder_file(const char *name, uint64_t seed, size_t length)
{
	size_t whole = (length + 7) / 8 * 8;
	unsigned char *bytes = malloc(whole + 8);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_ge(fd, 0);
	mix_fill(bytes, whole, seed, 0);
	ck_assert_int_eq(file_write_all(fd, bytes, length, 0), 0);
	close(fd);
	free(bytes);
}

void run_folder_flip(const char *name, size_t offset)
{
	int fd = open(name, O_RDWR | O_CLOEXEC);
	unsigned char byte;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, &byte, 1, (off_t)offset), 1);
	byte = (unsigned char)~byte;
	ck_assert_int_eq(file_write_all(fd, &byte, 1, offset), 0);
	close(fd);
}

size_t run_folder_count(void)
{
	struct folder_listing listing;
	size_t count;

	folder_list(".", &listing);
	count = listing.count;
	folder_listing_deinit(&listing);
	return count;
}
