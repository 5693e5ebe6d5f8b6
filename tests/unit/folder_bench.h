/* SPDX-License-Identifier: Apache-2.0 */
/* folder_bench.h - a folder of files on a ring, in a folder of the disk that is the test's own. */
#ifndef SNAPRIG_TESTS_UNIT_FOLDER_BENCH_H
#define SNAPRIG_TESTS_UNIT_FOLDER_BENCH_H

#include "simfs/blockio/file.h"
#include "simfs/blockio/folder.h"
#include "simfs/blockio/ring.h"

struct folder_bench {
	char path[64];
	int fd;
	struct ring *ring;
	struct blockio_folder *folder;
};

extern struct folder_bench folder_bench;

/* For a checked fixture.  Nothing with a name may be left at the end. */
void folder_bench_open(void);
void folder_bench_close(void);

#endif
