/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - a load of writes to the live volume, as an application makes it.
 *
 * Which blocks it writes, in which order and with which bytes follows from
 * the seed and the load's name alone.  It writes whole blocks of
 * ORACLE_BLOCK_BYTES and enters each into the ledger.
 *
 * On an ext4 content it overwrites the content of files in place, so that the
 * live file system stays a clean one; elsewhere any block of the volume.  It
 * never writes a block twice: more bytes than there is room for are an error.
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
	const char *shadow_path; /* gets the same; NULL: there is none */
	struct ledger *ledger;
	struct write_times *times; /* of each write; NULL: nobody asks */
	const atomic_bool *stop;   /* when it is set no second write is begun; NULL: all are */
};

/*
 * Writes it all, or up to its `stop`.  Returns 0; -EINVAL when the order cannot be met;
 * -EINTR when the run was interrupted; or the -errno of a write; with REASON.
 */
int load_carry_out(const struct load_order *order, struct reason *reason);

#endif
