/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow_bench.h - three disks on top of each other, and a file that is memory.
 *
 * 3 lies on 2 (8 sectors in), 2 on 1, 1 on file 1.  Parts that come to the file, or are
 * delayed, wait until the test lets them go.
 */
#ifndef SNAPRIG_TESTS_UNIT_FLOW_BENCH_H
#define SNAPRIG_TESTS_UNIT_FLOW_BENCH_H

#include <check.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/disks/flow.h"

#define S	  DISK_SECTOR_BYTES
#define SECTORS	  64u
#define PARTS_MAX 64

struct asked {
	struct flow_io io;
	char data[SECTORS * S];
	unsigned answers, releases;
};

extern struct flow *flow;
extern struct flow_part *waiting[PARTS_MAX];
extern unsigned waiting_count;
extern unsigned delays_ms; /* of all that were delayed */
extern int told;	   /* what a hold that waited was told; 1: nothing yet */

/* All that wait for the file are done, in order, or fail. */
void let_go(int error);

/* Asks for LENGTH sectors from START on. */
void ask(struct asked *asked, enum disk_op op, uint64_t disk, uint64_t start, uint64_t length);

/* DISK, which is made if it is not there, consists of PIECE. */
void map(uint64_t disk, struct disk_piece piece);
struct disk_piece on_file(uint64_t offset);
struct disk_piece on_disk(uint64_t disk, uint64_t offset);

/* flow_hold() with `told'. */
int hold(uint64_t disk, uint64_t offset, uint64_t length, struct flow_hold **ret);

/* It was answered with ERROR, and nothing works on it any more. */
void is_done(const struct asked *asked, int error);

void flow_setup(void);
void flow_teardown(void);

#endif
