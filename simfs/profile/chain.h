/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.h - numbers and arithmetic of a chain profile.
 *
 * Source: XenServer's storage manager, sm 471cf7ed (2026-04), and XCP-ng sm 3.2.12
 * (docs/real-systems.md 7): depth and limits from vhdutil.py and cleanup.py, space from lvhdutil.py
 * and vhdutil.py.
 */
#ifndef SNAPRIG_PROFILE_CHAIN_H
#define SNAPRIG_PROFILE_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

/* Where the nodes are stored. */
enum chain_sr {
	CHAIN_SR_FILE, /* thin: a file has the size of what was written to it */
	CHAIN_SR_LVM,  /* thick: the live leaf has room for the whole volume */
};

enum chain_format {
	CHAIN_VHD,   /* 2 MiB blocks; a snapshot of an empty leaf adds no node */
	CHAIN_QCOW2, /* 64 KiB clusters; every snapshot adds one */
};

struct profile_chain {
	unsigned depth_max; /* nodes from root to leaf, including the new leaf */

	uint64_t quiet_ns; /* before coalesce begins, except for the first time */

	/* A leaf is coalesced with its writers paused if it has less than this, or would take less
	 * than half the timeout at the speed measured so far. */
	uint64_t leaf_live_max_bytes;
	uint64_t leaf_timeout_ns;

	/* Otherwise snapshots of it make it smaller, until one of these is reached. */
	unsigned leaf_iterations_max;
	unsigned leaf_no_progress_max;
	unsigned leaf_bump_per_mille; /* of the smallest size seen */
	unsigned leaf_bumps_max;
};

extern const struct profile_chain chain_xen;

/* A format's unit of allocation. */
uint64_t chain_unit_bytes(enum chain_format format);

/* The size of a node's file with UNITS allocated, for a volume of VOLUME_BYTES. */
uint64_t chain_physical_bytes(enum chain_format format, uint64_t volume_bytes, uint64_t units);

/* The space it takes in the SR.  INFLATED means a leaf that is written to. */
uint64_t chain_sr_bytes(enum chain_sr sr, enum chain_format format, uint64_t volume_bytes,
	uint64_t units, bool inflated);

/* By name: "file" or "lvm", "vhd" or "qcow2".  Return 0 or -EINVAL. */
int chain_sr_find(const char *name, enum chain_sr *ret);
int chain_format_find(const char *name, enum chain_format *ret);
const char *chain_sr_name(enum chain_sr sr);
const char *chain_format_name(enum chain_format format);

#endif
