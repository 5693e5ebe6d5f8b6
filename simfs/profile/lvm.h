/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lvm.h - arithmetic of dm-snapshot's persistent store, and LVM's default for it.
 *
 * The COW volume in chunks:
 *
 *	0		header
 *	1		first metadata area: one chunk, 16 bytes for each exception
 *	2 ...		as many data chunks as an area has room for
 *	then		the next area, and so on
 *
 * Source: docs/real-systems.md 4.1 (dm-snap-persistent.c, lvm2) and recordings of the driver in
 * tests/fixtures/dm-snapshot/.
 */
#ifndef SNAPRIG_PROFILE_LVM_H
#define SNAPRIG_PROFILE_LVM_H

#include "simfs/profile/profile.h"

/* struct profile.driver: volume/lvm/lvm.h. */
#define LVM_DRIVER "lvm"

/* The first free chunk of a store that holds CHUNKS data chunks of CHUNK_BYTES. */
uint64_t lvm_next_free(uint64_t chunks, uint32_t chunk_bytes);

/* The size of a COW volume that never fills up, as `lvcreate --extents 100%ORIGIN` intends. */
uint64_t lvm_full_size_bytes(uint64_t volume_bytes, uint32_t chunk_bytes);

#endif
