/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_manifest.h - what a backup of the reference client must consist of.
 *
 *	{"schema_version": 1, "size_bytes": N, "chunk_bytes": N, "checksum": "xxh3-64",
 *	 "chunks": ["0123456789abcdef", …]}
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_MANIFEST_H
#define SNAPRIG_CLIENTS_REFERENCE_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

struct manifest {
	uint64_t size_bytes;
	uint64_t chunk_bytes;
	size_t chunk_count;
	uint64_t *checksums;
};

void manifest_init(struct manifest *manifest, uint64_t chunk_bytes);
void manifest_deinit(struct manifest *manifest);

/* Adds the next chunk, LENGTH bytes at BYTES.  Returns 0 or -ENOMEM. */
int manifest_add(struct manifest *manifest, const void *bytes, size_t length);

/* Returns the checksum of a chunk of LENGTH bytes. */
uint64_t manifest_checksum(const void *bytes, size_t length);

/* Writes the manifest to FD.  Returns 0 or -errno. */
int manifest_write(const struct manifest *manifest, int fd);

/*
 * Reads the manifest at PATH.  Returns 0, the -errno of reading it, or -EBADMSG if it is not a
 * manifest or contradicts itself.
 */
int manifest_read(const char *path, struct manifest *ret);

#endif
