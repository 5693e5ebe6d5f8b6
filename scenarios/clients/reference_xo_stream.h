/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_stream.h - a snapshot as the host sends it: a stream that begins well whatever
 * comes, and ends early when it cannot be read on.  Why is told afterwards.
 *
 * A process of its own reads, as the host does: whoever waits for the stream is not stuck
 * in a read that never ends.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_STREAM_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What is sent at a time: a block of a VHD. */
#define XO_BLOCK_BYTES ((size_t)2 << 20)

struct xo_stream {
	int fd;
	pid_t process;
};

/* Begins to send the file SNAPSHOT.  Returns 0 or -errno. */
int xo_stream_open(const char *snapshot, struct xo_stream *ret);

/*
 * Reads LENGTH bytes into BYTES.  Returns 0 with how many there were, fewer only at the
 * end; -ETIMEDOUT when nothing came for SILENCE_NS; or -ECANCELED when asked to stop.
 */
int xo_stream_read(
	struct xo_stream *stream, void *bytes, size_t length, uint64_t silence_ns, size_t *ret_got);

/* Ends it, whatever it does.  Returns the -errno of not having read all of it, or 0. */
int xo_stream_close(struct xo_stream *stream);

#endif
