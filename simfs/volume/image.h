/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image.h - detects whether the image is still what its snapshots rely on.
 *
 * A snapshot keeps what the rig overwrites in the live view, and shares the rest with the
 * image. So any other writer to the image corrupts it:
 *
 *	mounted		the rig notices what the image loses at its end (image_look())
 *	between mounts	the volume's record says what the image was at the last clean
 *			unmount, and the next mount compares
 *
 * Not detected, since it looks like a write of the rig itself: bytes that someone else
 * changes while it is mounted, or after the rig was killed.
 */
#ifndef SNAPRIG_VOLUME_IMAGE_H
#define SNAPRIG_VOLUME_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/blockio/blockio.h"

struct snapshot;
struct volume;
struct volume_request;

/* What a mount does with the snapshots of an image that may have changed. */
enum image_policy {
	IMAGE_COMPARE, /* fail them if it has changed, refuse if it may be another one */
	IMAGE_TRUST,   /* assume that it is unchanged */
	IMAGE_FAIL,    /* assume that it has changed, and fail them */
};

/* What the record says; valid if the volume was unmounted cleanly. */
struct image_record {
	bool is_clean;
	uint64_t closing_id; /* of all stores closed then; 0: unknown */
	uint64_t sharers;    /* image_sharers() */
	struct blockio_facts facts;
};

#define IMAGE_WHY_BYTES 160

struct image {
	uint64_t looked_ns;
	uint64_t stored_bytes; /* length of the volume that the state belongs to */
	uint64_t closing_id;   /* from the record, then that of this unmount */
	bool has_strays;       /* files in no tree are left, which an unmount does not close */
	bool is_open_on_disk;  /* the record says that it is in use, and nothing about the image */
	bool was_changed;      /* detected at the mount */
	bool was_resized;      /* likewise: its snapshots have another length */
	bool is_cut;	       /* reported already, as is: */
	bool is_nameless;
	char why[IMAGE_WHY_BYTES]; /* what was detected; "": nothing */
};

/*
 * Compares the image with RECORD at a mount, before any state file is changed. Returns 0, or
 * -ESTALE after a message if only the user can decide (struct volume_options.image_policy).
 * HAS_STORES: snapshots or nodes may exist.
 */
int image_compare(struct volume *volume, const struct image_record *record, bool has_stores);

/* Lists the names of the facts that differ ("size and mtime"); "" if none does. */
void image_difference(const struct blockio_facts *was, const struct blockio_facts *is, char *buffer,
	size_t length);

/* Call when everything is loaded: fails the snapshots of an image that has changed. 0, or
 * -errno after a message. */
int image_loaded(struct volume *volume);

/* Fills RET for the record; nothing may write to the image any more. 0 or -errno. */
int image_settle(struct volume *volume, struct image_record *ret);

/* Call before a request starts: checks the image if that is due, and fails the snapshots of
 * one that has lost data. */
void image_look(struct volume *volume);

/* The same at once: a read or a write has met lost data. */
void image_look_now(struct volume *volume);

/* The result to answer for a request that ended with RESULT: lost data become -EIO. */
int image_answer(struct volume *volume, int result);

/* The image, or the store of the request's active snapshot, has lost data that it reads. */
void image_snapshot_damaged(struct volume_request *request);

/* The number of active snapshots, and nodes, that depend on data in the image. */
uint64_t image_sharers(const struct volume *volume);

#endif
