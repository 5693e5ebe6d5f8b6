/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_transfer.h - turns a stream into a backup: the image OUT and OUT.manifest, like the
 * reference client's other backups.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_TRANSFER_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_TRANSFER_H

#include <stdint.h>

#include <jansson.h>

/*
 * Backs the file SNAPSHOT up to OUT; SILENCE_NS is the longest pause of the stream.  Returns NULL
 * with the size if both files exist and are complete; else an error (reference_xo_error.h), which
 * the caller frees, and neither file exists.
 */
json_t *xo_transfer(
	const char *snapshot, const char *out, uint64_t silence_ns, uint64_t *ret_bytes);

#endif
