/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_stream.h - a snapshot as the host sends it: a stream that always begins well, and
 * ends early if it cannot be read further.  The reason is reported afterwards.
 *
 * A separate process reads, as on the host: a reader of the stream does not hang in a read that
 * never ends.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_STREAM_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The size of each piece: a block of a VHD. */
#define XO_BLOCK_BYTES ((size_t)2 << 20)

struct xo_stream {
	int fd;
	pid_t process;
};

/* Starts to send the file SNAPSHOT.  Returns 0 or -errno. */
int xo_stream_open(const char *snapshot, struct xo_stream *ret);

/*
 * Reads LENGTH bytes into BYTES.  Returns 0 with the bytes read, which are fewer only at the end;
 * -ETIMEDOUT if nothing came for SILENCE_NS; or -ECANCELED if asked to stop.
 */
int xo_stream_read(
	struct xo_stream *stream, void *bytes, size_t length, uint64_t silence_ns, size_t *ret_got);

/* Ends the stream in any state.  Returns 0, or the -errno that kept it from reading everything. */
int xo_stream_close(struct xo_stream *stream);

#endif
