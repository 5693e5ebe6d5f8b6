/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - a load of writes to the live volume, like an application's.
 *
 * Which blocks it writes, in which order and with which bytes depends only on the seed and the
 * load's name.  It writes whole blocks of ORACLE_BLOCK_BYTES and enters each into the ledger.
 *
 * On an ext4 content, it overwrites the content of files in place, so that the live file system
 * stays clean; otherwise it writes any block of the volume.  It never writes a block twice: more
 * bytes than there is room for are an error.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_LOAD_H
#define SNAPRIG_SCENARIOS_RUN_LOAD_H

#include <stdatomic.h>
#include <stdint.h>

#include "scenarios/format/scenario.h"
#include "scenarios/judge/ledger.h"
#include "scenarios/run/reason.h"
#include "scenarios/run/write_times.h"

struct load_order {
	const char *name;
	enum pattern pattern;
	uint64_t bytes; /* a multiple of ORACLE_BLOCK_BYTES */
	uint64_t seed;	/* of the scenario */
	enum content_kind content;
	const char *image_path;	 /* to find the files of an ext4 content */
	const char *live_path;	 /* to write to */
	const char *shadow_path; /* written likewise; NULL: none */
	struct ledger *ledger;
	struct write_times *times; /* of each write; NULL: not recorded */
	const atomic_bool *stop;   /* when set, no further write is begun; NULL: all are written */
};

/*
 * Writes everything, or until `stop` is set.  Returns 0; -EINVAL if the order cannot be met;
 * -EINTR if the run was interrupted; or the -errno of a write; with REASON.
 */
int load_carry_out(const struct load_order *order, struct reason *reason);

#endif
