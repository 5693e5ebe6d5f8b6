/* SPDX-License-Identifier: Apache-2.0 */
/* io.h - the I/O that requests cause on the volume's files: the object `io` of its status. */
#ifndef SNAPRIG_VOLUME_IO_H
#define SNAPRIG_VOLUME_IO_H

#include <jansson.h>

struct volume;

/* Resets the counts: I/O to open the volume belongs to no request. */
void io_begin(struct volume *volume);

/*
 * {"requests": {…}, "image": {…}, "stores": {…}, "write_amplification": X,
 * "transfers_per_request": X}: what was read, written and flushed in each layer; X is null if
 * there were no requests. NULL without memory.
 */
json_t *io_json(const struct volume *volume);

#endif
