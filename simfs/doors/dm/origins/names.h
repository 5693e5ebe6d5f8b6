/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - what a snapshot is called in the engine, and what its status says.  Pure. */
#ifndef SNAPRIG_DM_NAMES_H
#define SNAPRIG_DM_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/control/protocol.h"

#define ENGINE_NAME_BYTES (SNAPSHOT_NAME_MAX + 1)

/*
 * The engine's name for target INDEX of the device NAME: the name itself, as long as the
 * engine takes it.  One that is too long is cut, one with other letters is changed, and a
 * number of its own stands behind those, so that two of them stay two.
 */
void engine_name(const char *name, size_t index, char *ret);

/* What a store of dm-snapshot says of itself. */
struct store_usage {
	uint64_t chunks; /* preserved ones; of a merge, those that are left */
	uint32_t chunk_sectors;
	uint64_t total_sectors; /* of the COW device, now */
	bool is_transient;	/* without metadata */
};

/* "16/32768 16" */
void store_usage_write(const struct store_usage *usage, char *text, size_t size);

/*
 * The size that a persistent store must have to take as many chunks as a transient one of
 * SECTORS does.
 */
uint64_t transient_limit_sectors(uint64_t sectors, uint32_t chunk_sectors);

#endif
