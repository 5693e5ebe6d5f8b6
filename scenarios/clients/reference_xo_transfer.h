/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_transfer.h - a stream becomes a backup: the image OUT and OUT.manifest, as the
 * reference client's others.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_TRANSFER_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_TRANSFER_H

#include <stdint.h>

#include <jansson.h>

/*
 * Backs the file SNAPSHOT up to OUT; SILENCE_NS is how long nothing may come.  Returns NULL
 * with the size, when both are there and whole; else an error (reference_xo_error.h), the
 * caller's, and nothing is there.
 */
json_t *xo_transfer(
	const char *snapshot, const char *out, uint64_t silence_ns, uint64_t *ret_bytes);

#endif
