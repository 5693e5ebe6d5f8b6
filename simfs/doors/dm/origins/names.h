/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - a snapshot's name in the engine, and the text of its status.  Pure. */
#ifndef SNAPRIG_DM_NAMES_H
#define SNAPRIG_DM_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/control/protocol.h"

#define ENGINE_NAME_BYTES (SNAPSHOT_NAME_MAX + 1)

/*
 * The engine's name for target INDEX of the device NAME: the name itself, if the engine accepts it.
 * Otherwise it is truncated, other characters are replaced, and a hash is appended, so that
 * distinct names stay distinct.
 */
void engine_name(const char *name, size_t index, char *ret);

/* The usage of a store, as dm-snapshot reports it. */
struct store_usage {
	uint64_t chunks; /* preserved; for a merge, those left */
	uint32_t chunk_sectors;
	uint64_t total_sectors; /* of the COW device, now */
	bool is_transient;	/* without metadata */
};

/* "16/32768 16" */
void store_usage_write(const struct store_usage *usage, char *text, size_t size);

/* The size that a persistent store needs for as many chunks as a transient one of SECTORS holds. */
uint64_t transient_limit_sectors(uint64_t sectors, uint32_t chunk_sectors);

#endif
