/* SPDX-License-Identifier: Apache-2.0 */
/* xen.c - VDI chains of XenServer and XCP-ng; see chain.h for the sources. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/profile/chain.h"
#include "simfs/profile/profile.h"

#define MIB (1ull << 20)

/* LVM's unit of allocation. */
#define LVM_EXTENT_BYTES (4 * MIB)

/* The metadata of a VHD in a logical volume, always sized for 2 TiB. */
#define LVHD_METADATA_BYTES 4329472ull

#define VHD_BLOCK_BYTES	    (2 * MIB)
#define VHD_BITMAP_BYTES    4096ull

#define QCOW2_CLUSTER_BYTES (64ull << 10)

/* Header, refcount table, refcount block and L1 table, one cluster each. */
#define QCOW2_EMPTY_BYTES (4 * QCOW2_CLUSTER_BYTES)

/* Clusters described by one L2 table. */
#define QCOW2_CLUSTERS_PER_TABLE 8192ull

static uint64_t round_up_to(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

uint64_t chain_unit_bytes(enum chain_format format)
{
	return format == CHAIN_VHD ? VHD_BLOCK_BYTES : QCOW2_CLUSTER_BYTES;
}

/* Footer, header, 4 bytes of table per block, and locators (vhdutil.calcOverheadEmpty). */
static uint64_t vhd_empty_bytes(uint64_t volume_bytes)
{
	uint64_t mebibytes = volume_bytes / MIB;
	uint64_t overhead = round_up_to(3072 + 4 * (mebibytes / 2), 512);

	return round_up_to(overhead + mebibytes / 16, 4096);
}

uint64_t chain_physical_bytes(enum chain_format format, uint64_t volume_bytes, uint64_t units)
{
	if (format == CHAIN_VHD)
		return vhd_empty_bytes(volume_bytes) + units * (VHD_BLOCK_BYTES + VHD_BITMAP_BYTES);
	return QCOW2_EMPTY_BYTES + units * QCOW2_CLUSTER_BYTES +
	       (units + QCOW2_CLUSTERS_PER_TABLE - 1) / QCOW2_CLUSTERS_PER_TABLE *
		       QCOW2_CLUSTER_BYTES;
}

/* The size of a logical volume with room for every block (lvhdutil.calcSizeVHDLV). */
static uint64_t lvm_full_bytes(uint64_t volume_bytes)
{
	uint64_t blocks = (volume_bytes + VHD_BLOCK_BYTES - 1) / VHD_BLOCK_BYTES;

	return round_up_to(
		volume_bytes + LVHD_METADATA_BYTES + blocks * VHD_BITMAP_BYTES, LVM_EXTENT_BYTES);
}

uint64_t chain_sr_bytes(enum chain_sr sr, enum chain_format format, uint64_t volume_bytes,
	uint64_t units, bool inflated)
{
	if (sr == CHAIN_SR_FILE)
		return chain_physical_bytes(format, volume_bytes, units);
	if (inflated)
		return lvm_full_bytes(volume_bytes);
	/* What was written, after the metadata. */
	return round_up_to(
		LVHD_METADATA_BYTES + units * (chain_unit_bytes(format) + VHD_BITMAP_BYTES),
		LVM_EXTENT_BYTES);
}

static const char *const sr_names[] = { [CHAIN_SR_FILE] = "file", [CHAIN_SR_LVM] = "lvm" };
static const char *const format_names[] = { [CHAIN_VHD] = "vhd", [CHAIN_QCOW2] = "qcow2" };

int chain_sr_find(const char *name, enum chain_sr *ret)
{
	for (size_t i = 0; i < sizeof sr_names / sizeof sr_names[0]; i++) {
		if (strcmp(sr_names[i], name) == 0) {
			*ret = (enum chain_sr)i;
			return 0;
		}
	}
	return -EINVAL;
}

int chain_format_find(const char *name, enum chain_format *ret)
{
	for (size_t i = 0; i < sizeof format_names / sizeof format_names[0]; i++) {
		if (strcmp(format_names[i], name) == 0) {
			*ret = (enum chain_format)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *chain_sr_name(enum chain_sr sr)
{
	return sr_names[sr];
}

const char *chain_format_name(enum chain_format format)
{
	return format_names[format];
}

const struct profile_chain chain_xen = {
	.depth_max = 30,
	.quiet_ns = 300 * NS_PER_S,
	.leaf_live_max_bytes = 20 * MIB,
	.leaf_timeout_ns = 10 * NS_PER_S,
	.leaf_iterations_max = 10,
	.leaf_no_progress_max = 3,
	.leaf_bump_per_mille = 1200,
	.leaf_bumps_max = 2,
};

/* The limit is the SR's, and the chain accounts for it: a snapshot itself takes nothing. */
static uint64_t xen_used_bytes(const struct profile_snapshot *snapshot)
{
	(void)snapshot;
	return 0;
}

static bool xen_admits(const struct profile_snapshot *snapshot)
{
	(void)snapshot;
	return true;
}

/* The chain knows the node and replaces this line with its own. */
static void xen_native(const struct profile_snapshot *snapshot, char *buffer, size_t length)
{
	snprintf(buffer, length, "%s", snapshot->failed ? error_name(snapshot->error) : "");
}

const struct profile profile_xen = {
	.name = "xen",
	.imitates = "XenServer/XCP-ng VDI chain (sm)",
	.about = "a chain of up to 30 nodes; --limit is the SR, and a full one fails snapshots "
		 "(44, 81) "
		 "and writes",
	.block_bytes = 4096,
	.block_is_fixed = true,
	.used_bytes = xen_used_bytes,
	.admits = xen_admits,
	.native = xen_native,
	.overflow_error = -ENOSPC,
	.memory_error = -ENOMEM,
	.chain = &chain_xen,
};
