/* SPDX-License-Identifier: Apache-2.0 */
/* datto_bench.h - a volume that dattobd traces, and what it must know of it. */
#ifndef SNAPRIG_TESTS_UNIT_DATTO_BENCH_H
#define SNAPRIG_TESTS_UNIT_DATTO_BENCH_H

#include "simfs/volume/datto/datto.h"
#include "tests/lib/engine.h"

#define DATTO_BLOCK  4096
#define DATTO_BLOCKS 64

extern struct engine datto_engine;
extern uint64_t datto_live[DATTO_BLOCKS], datto_taken[DATTO_BLOCKS]; /* stamps of the blocks */
extern bool datto_changed[DATTO_BLOCKS];

struct datto_run {
	struct datto_command command;
	bool has_ended;
	int result;
};

/* Fills the volume and sets a snapshot up. */
void datto_start(const char *limit);

void datto_begin(struct datto_run *run, enum datto_ioctl ioctl);

/* Begins and waits. */
int datto_run(enum datto_ioctl ioctl);
int datto_run_sized(enum datto_ioctl ioctl, uint64_t fallocate_bytes, uint64_t expand_bytes);

/* A write that must succeed; the arrays follow. */
void datto_write(unsigned block, uint64_t stamp);

/* The snapshot is of now. */
void datto_note_taken(void);

struct snapshot *datto_device(void);

/* The number behind FIELD in datto-info, which must have it. */
uint64_t datto_number(const char *field);
unsigned datto_state_now(void);

/* The driver knows the changed blocks, and the snapshot has what was taken. */
void datto_check_changed(void);
void datto_check_content(void);

#endif
