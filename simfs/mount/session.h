/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - serves a volume through FUSE, on the volume's ring.
 *
 * libfuse mounts, negotiates and decodes.  Reading requests and writing replies is done here
 * (fuse_session_custom_io), so that both are operations of the ring.  This is the `dev`
 * transport: /dev/fuse, which every kernel has.
 *
 * A slot is one request in flight with the only buffer it needs: the request is read into it, a
 * write's data lies aligned in it, a read's data is put into it, and the reply is written from
 * it.
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
	 * The most requests in flight.  The kernel sends up to `background` background requests,
	 * and one for each thread that waits.  Snapshot readers that are held keep their slots, and
	 * a live write must still find one.
	 */
	unsigned slots;

	/* The most background requests that wait in the kernel. */
	unsigned background;

	/* Reads of /dev/fuse in the ring. */
	unsigned reads_ahead;
};

extern const struct session_limits session_limits_default, session_limits_smallest;

struct session_options {
	const struct session_limits *limits; /* NULL: the default; must outlive the session */
	const char *mount_point;	     /* absolute */
	const char *image;		     /* shown as the mount's source */
	const char *fuse_options;	     /* from -o; NULL for none */
	const char *socket_path;	     /* where .snaprig/control points */

	/* Required.  The first request was answered: the mount can be used. */
	void (*ready)(void *context);

	/* Required.  The mount was removed from outside, whichever copies other mount namespaces
	 * still have, and no file is open. */
	void (*ended)(void *context);
	void *context;
};

/*
 * Mounts.  VOLUME may be set later with session_serve(), but before the ring runs.  Returns 0;
 * -EINVAL for options that FUSE does not know, or -EIO if mounting failed, both after a message; or
 * another -errno.
 */
int session_create(struct ring *ring, const struct session_options *options, struct session **ret);
void session_serve(struct session *session, struct volume *volume);

/* Drops the kernel's cache of SNAPSHOT's content; for volume_options.snapshot_failed. */
void session_forget_content(struct session *session, struct snapshot *snapshot);

/*
 * Whether `ended` was called because the kernel and libfuse could not agree, so that nothing was
 * served.
 */
bool session_has_failed(const struct session *session);

/*
 * Makes the session end as soon as the mount has gone from the mount namespace in which it was
 * made, even if copies elsewhere have files open; without this call, those are served first.
 * Returns true if it goes on for now, with *RET, where it is mounted.  Blocks.
 */
bool session_end(struct session *session, struct mount_entry *ret);

/* The object `latency` of status.json.  The caller frees it; NULL if memory ran out. */
json_t *session_latency_status(const struct session *session);

/* Takes no more requests; those in flight complete. */
void session_stop(struct session *session);

/* Whether, after session_stop(), nothing is in flight in the ring. */
bool session_idle(const struct session *session);

/* Unmounts, if it is still mounted.  Blocks. */
void session_unmount(struct session *session);

/* The session must be idle, or its ring never run again. */
void session_destroy(struct session *session);

#endif
