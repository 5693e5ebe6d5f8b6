/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.h - numbers and arithmetic of a chain profile.
 *
 * Source of all of it: XenServer's storage manager, sm 471cf7ed (2026-04) and
 * XCP-ng sm 3.2.12 (docs/real-systems.md 7): depth and limits from vhdutil.py and
 * cleanup.py, space from lvhdutil.py and vhdutil.py.
 */
#ifndef SNAPRIG_PROFILE_CHAIN_H
#define SNAPRIG_PROFILE_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

/* What keeps the nodes' files. */
enum chain_sr {
	CHAIN_SR_FILE, /* thin: a file takes what was written to it */
	CHAIN_SR_LVM,  /* thick: the live leaf has room for all of the volume */
};

enum chain_format {
	CHAIN_VHD,   /* 2 MiB blocks; a snapshot of an empty leaf adds no node */
	CHAIN_QCOW2, /* 64 KiB clusters; every snapshot adds one */
};

struct profile_chain {
	unsigned depth_max; /* nodes from root to leaf, the new leaf included */

	uint64_t quiet_ns; /* before coalesce begins, but for the first time */

	/* A leaf is coalesced while its writers wait, when it has less than this
	 * or would take less than half the time-out at the speed seen so far. */
	uint64_t leaf_live_max_bytes;
	uint64_t leaf_timeout_ns;

	/* Else it is made smaller by snapshots of it, and this ends that. */
	unsigned leaf_iterations_max;
	unsigned leaf_no_progress_max;
	unsigned leaf_bump_per_mille; /* of the smallest size seen */
	unsigned leaf_bumps_max;
};

extern const struct profile_chain chain_xen;

/* What a format allocates at a time. */
uint64_t chain_unit_bytes(enum chain_format format);

/* A node file's size with UNITS allocated, for a volume of VOLUME_BYTES. */
uint64_t chain_physical_bytes(enum chain_format format, uint64_t volume_bytes, uint64_t units);

/* What it takes in the SR: INFLATED is a leaf that is written to. */
uint64_t chain_sr_bytes(enum chain_sr sr, enum chain_format format, uint64_t volume_bytes,
	uint64_t units, bool inflated);

/* "file" or "lvm", "vhd" or "qcow2": 0 or -EINVAL. */
int chain_sr_find(const char *name, enum chain_sr *ret);
int chain_format_find(const char *name, enum chain_format *ret);
const char *chain_sr_name(enum chain_sr sr);
const char *chain_format_name(enum chain_format format);

#endif
