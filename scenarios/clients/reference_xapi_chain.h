/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_chain.h - a VHD of the remote and its parents, all files of the same folder.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_CHAIN_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct xapi_chain {
	char **paths; /* the leaf first */
	size_t count;
	uint64_t size_bytes; /* of the leaf's disk */
};

/*
 * Reads the chain of the file NAME in FOLDER, and checks that each file is complete and is the
 * child of the next.  Returns NULL with *RET, or an error (reference_xo_error.h).
 */
json_t *xapi_chain_read(const char *folder, const char *name, struct xapi_chain *ret);
void xapi_chain_deinit(struct xapi_chain *chain);

#endif
