/* SPDX-License-Identifier: Apache-2.0 */
/* session_internal.h - shared by the files of mount/ only. */
#ifndef SNAPRIG_MOUNT_SESSION_INTERNAL_H
#define SNAPRIG_MOUNT_SESSION_INTERNAL_H

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

#include "simfs/base/list.h"
#include "simfs/mount/asker.h"
#include "simfs/mount/latencies_internal.h"
#include "simfs/mount/mount_options.h"
#include "simfs/mount/mount_watch.h"
#include "simfs/mount/session.h"
#include "simfs/volume/request.h"
#include "simfs/volume/snapshot.h"

/* A slot's buffer begins at the second page; the header of a write lies right before it. */
#define SLOT_LEAD_BYTES 4096

struct fuse_in_header;

struct slot {
	struct session *session;
	struct ring_op read_op;
	struct ring_op reply_op;
	char *memory; /* SLOT_LEAD_BYTES + VOLUME_BUFFER_BYTES, mapped */
	struct volume_request request;
	bool must_flush;		     /* a write is answered only after a flush ... */
	size_t flushing_length;		     /* ... with this length, while flushing */
	uint64_t snapshot_id;		     /* that is written to; 0: the live view */
	struct latency_histogram *latencies; /* the histogram that counts it ... */
	uint64_t found_ns;		     /* ... and when it was found in the ring */
	struct asker asker;
	fuse_req_t fuse_request; /* NULL: the caller was killed, and has been answered */
	struct iovec reply[2];
	char reply_small[192];
	struct list link;
};

struct session {
	struct ring *ring;
	struct volume *volume;
	struct session_options options;
	struct mount_options mount_options;
	int64_t began_ns; /* wall clock */
	struct fuse_session *fuse;
	char *mount_point;
	char *socket_path;
	int fd;
	bool mounted;
	bool initialised;
	bool stopping;
	bool told_ended;
	bool has_failed; /* kernel and libfuse could not agree */

	struct mount_watch *watch; /* NULL: the mount cannot be watched */
	bool is_detached;	   /* gone from its mount namespace */
	bool end_asked;
	uint64_t open_count; /* files and folders, by anyone */

	uint32_t kernel_flags2; /* from the kernel's INIT */

	struct list free_slots;
	unsigned slot_count;
	unsigned reads_armed;
	unsigned reads_failed; /* in succession */
	unsigned slots_busy;   /* serving or replying */
	unsigned notices_under_way;
	unsigned commands_under_way; /* snapshots being taken, opened or deleted; growth */
	struct list reading;	     /* slots whose read is in the ring */
	bool is_decoding;	     /* a request is being decoded */

	struct askers askers;
	struct ring_op look_op; /* see session_look() */
	bool is_looking;

	struct list takings;   /* snapshots.c */
	uint64_t taking_count; /* all that there ever were */
	struct list removals;  /* removals.c */

	struct text *texts[2]; /* texts.c: made last */

	struct latency_histogram latencies[LATENCY_KINDS];

	struct slot *current;  /* whose request is being decoded */
	struct slot *replying; /* whose reply libfuse is about to write */
};

/* transport.c */
extern const struct fuse_custom_io transport_io;
void transport_fill(struct session *session);
void transport_cancel(struct session *session);
void slots_free(struct session *session);

/* The slot of the request being decoded belongs to the caller until slot_reply_*(). */
struct slot *slot_take(struct session *session, fuse_req_t request);
void slot_reply_data(struct slot *slot, const char *data, size_t length);
void slot_reply_write(struct slot *slot, size_t length);
void slot_reply_error(struct slot *slot, int error);

/* The request that was read into SLOT. */
const struct fuse_in_header *slot_header(const struct slot *slot);

/* session_askers.c: a signal has arrived for a caller, as HEADER and what follows it say. */
void session_interrupt(struct session *session, const struct fuse_in_header *header);

/* session.c: a file or folder was opened or closed. */
void session_opened(struct session *session);
void session_closed(struct session *session);

/* Reports, once, that the mount is gone or will not be served. */
void session_tell_ended(struct session *session);

/* Schedules askers_look() and removals_look(). */
void session_look(struct session *session);

/* ASKER, whose `killed` is set, starts to wait for the request being decoded. */
void session_asks(struct session *session, struct asker *asker);

/* The thread that sent the request being decoded, or 0 if it is unknown. */
pid_t session_thread(const struct session *session);

#include "simfs/mount/snapshots_internal.h"
#include "simfs/mount/tree_internal.h"

#endif
