/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - serves a volume through FUSE, on the volume's ring.
 *
 * libfuse mounts, negotiates and decodes; reading requests and writing replies
 * is ours (fuse_session_custom_io), so that both are operations of the ring.
 * This is the `dev` transport: /dev/fuse, which every kernel has.
 *
 * A slot is one request in flight and the one buffer it needs: the request is
 * read into it, a write's bytes lie aligned in it, a read's answer is put into
 * it, and the reply is written from it.
 *
 *   FREE ─▶ READING ─(a request came)─▶ SERVING ─▶ REPLYING ─▶ FREE
 *              └─(answered at once: lookups, small files)──────▶ FREE
 */
#ifndef SNAPRIG_MOUNT_SESSION_H
#define SNAPRIG_MOUNT_SESSION_H

#include <stdbool.h>

#include <jansson.h>

#include "simfs/base/mount_table.h"
#include "simfs/blockio/ring.h"
#include "simfs/volume/volume.h"

struct session;

struct session_limits {
	/*
	 * Requests in flight.  The kernel sends so many at most in the background and
	 * one for each thread that waits; snapshot readers that are held keep theirs,
	 * and a live write must still find one.
	 */
	unsigned slots;

	/* Requests that may wait in the kernel as background ones. */
	unsigned background;

	/* Reads of /dev/fuse that are in the ring. */
	unsigned reads_ahead;
};

extern const struct session_limits session_limits_default, session_limits_smallest;

struct session_options {
	const struct session_limits *limits; /* NULL: the default; it lives longer */
	const char *mount_point;	     /* absolute */
	const char *image;		     /* shown as the mount's source */
	const char *fuse_options;	     /* of -o; NULL for none */
	const char *socket_path;	     /* where .snaprig/control points */

	/* Required.  The first request was answered: the mount can be used. */
	void (*ready)(void *context);

	/* Required.  The mount is gone: unmounted from outside, wherever copies of its mount
	 * namespace still have it, and nobody has anything open. */
	void (*ended)(void *context);
	void *context;
};

/*
 * Mounts.  VOLUME may be set later, but before the ring runs.  Returns 0,
 * -EINVAL for options that FUSE does not know (libfuse has said which), or
 * -EIO when mounting failed (said too).
 */
int session_create(struct ring *ring, const struct session_options *options, struct session **ret);
void session_serve(struct session *session, struct volume *volume);

/* The caches of SNAPSHOT's content are dropped; for volume_options.snapshot_failed. */
void session_forget_content(struct session *session, struct snapshot *snapshot);

/* Whether `ended` was called because the kernel refuses what it is offered: nothing was served. */
bool session_has_failed(const struct session *session);

/*
 * Ends as soon as the mount has gone from the mount namespace that it was made in, even
 * if what is left of it elsewhere has files open; without this, those are served first.
 * Returns true when it goes on meanwhile, with *RET, where it is mounted.  Blocks.
 */
bool session_end(struct session *session, struct mount_entry *ret);

/* The object `latency` of status.json, the caller's; NULL without memory. */
json_t *session_latency_status(const struct session *session);

/* Takes no further requests; those under way go on. */
void session_stop(struct session *session);

/* After session_stop(): nothing is under way in the ring. */
bool session_idle(const struct session *session);

/* Unmounts, when it is still mounted.  Blocks. */
void session_unmount(struct session *session);

/* Idle, or the ring is never run again. */
void session_destroy(struct session *session);

#endif
