/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disks_bench.h - the process that serves disks, in a mount namespace of the test's own,
 * and loop devices on what it serves.
 */
#ifndef SNAPRIG_TESTS_UNIT_DISKS_BENCH_H
#define SNAPRIG_TESTS_UNIT_DISKS_BENCH_H

#include <check.h>
#include <stdint.h>

#include <sys/types.h>

#include "simfs/doors/dm/disks/disks.h"
#include "tests/unit/disk_pieces.h"

extern struct disks *disks;
/* File number `below_file' is the file "below", of BELOW_SECTORS. */
extern uint64_t below_file;
#define BELOW_SECTORS 8192u

/* In a folder of its own, which is the current one. */
void disks_setup(void);
void disks_teardown(void);

/*
 * main() of a program of the suite NAME, whose tests ADD_TESTS adds to a case with that fixture;
 * skipped where the machine cannot do that.
 */
int disks_main(const char *name, const char *program, void (*add_tests)(TCase *tests));

/* Disk ID, which is made if it is not there, is the whole of PIECE. */
void make_disk(uint64_t id, struct disk_piece piece);

/* A loop device on disk ID: a descriptor, with direct I/O; it goes with the last of them. */
int loop_on(uint64_t id);
int loop_on_path(const char *path);

/* LENGTH sectors of FD from START on are all VALUE; or are written so, 0 or -errno. */
void is_all(int fd, uint64_t start, uint64_t length, int value);
int write_all(int fd, uint64_t start, uint64_t length, int value);
/* 0 or -errno of reading one sector. */
int read_one(int fd, uint64_t sector);

/* A child that reads one sector of FD, and is at it; its exit is the errno, see child_exit(). */
pid_t read_aside(int fd, uint64_t sector);
/* The exit of PID within MS, or -1: it goes on. */
int child_exit(pid_t pid, int ms);

#endif
