/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/folder_bench.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct folder_bench folder_bench;

void folder_bench_open(void)
{
	snprintf(folder_bench.path, sizeof folder_bench.path, "/var/tmp/folder_bench.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder_bench.path));
	folder_bench.fd = open(folder_bench.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(folder_bench.fd, 0);
	ck_assert_int_eq(ring_create(&folder_bench.ring), 0);
	ck_assert_int_eq(
		file_folder_create(folder_bench.ring, folder_bench.fd, &folder_bench.folder), 0);
}

void folder_bench_close(void)
{
	ring_destroy(folder_bench.ring);
	folder_bench.folder->ops->destroy(folder_bench.folder);
	close(folder_bench.fd);
	ck_assert_int_eq(rmdir(folder_bench.path), 0);
}
