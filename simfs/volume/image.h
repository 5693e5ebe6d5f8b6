/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image.h - whether the image is still what the snapshots believe.
 *
 * A snapshot keeps what the live view loses through the rig, and shares the rest
 * with the image.  So whoever else writes to the image makes it lie:
 *
 *	mounted		what the image loses at its end is noticed (image_look())
 *	between mounts	the record of the volume says what the image was when it was
 *			unmounted in order, and the next mount compares
 *
 * Not noticed, since no trace tells it from what the rig wrote itself: bytes that
 * somebody else changes while it is mounted, or after the rig was killed.
 */
#ifndef SNAPRIG_VOLUME_IMAGE_H
#define SNAPRIG_VOLUME_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/blockio/blockio.h"

struct snapshot;
struct volume;
struct volume_request;

/* What a mount does about snapshots of an image that may have changed. */
enum image_policy {
	IMAGE_COMPARE, /* one that was changed fails them, one that may be another is refused */
	IMAGE_TRUST,   /* it is what it was */
	IMAGE_FAIL,    /* it is not, and they fail */
};

/* What the record says; it holds when the volume was unmounted in order. */
struct image_record {
	bool is_clean;
	uint64_t closing_id; /* of all stores that were closed then; 0: not known */
	uint64_t sharers;    /* image_sharers() */
	struct blockio_facts facts;
};

#define IMAGE_WHY_BYTES 160

struct image {
	uint64_t looked_ns;
	uint64_t stored_bytes; /* length of the volume of which the state is */
	uint64_t closing_id;   /* found in the record, then that of this unmount */
	bool has_strays;       /* files are left that are in no tree, and no unmount closes */
	bool is_open_on_disk;  /* the record says so, and nothing of the image */
	bool was_changed;      /* found at the mount */
	bool was_resized;      /* the same: its snapshots have another length */
	bool is_cut;	       /* said already, as is: */
	bool is_nameless;
	char why[IMAGE_WHY_BYTES]; /* what was found; "": nothing */
};

/*
 * At a mount, before a file of the state is changed: compares with what the record
 * says.  0, or -ESTALE after a message: only the user can tell (struct
 * volume_options.image_policy).  HAS_STORES: there may be snapshots or nodes.
 */
int image_compare(struct volume *volume, const struct image_record *record, bool has_stores);

/* Which of the facts differ, by name ("size and mtime"); "" when none does. */
void image_difference(const struct blockio_facts *was, const struct blockio_facts *is, char *buffer,
	size_t length);

/* All is loaded: fails the snapshots of an image that was found changed: 0, or -errno after a
 * message. */
int image_loaded(struct volume *volume);

/* Fills RET for the record; nothing is written to the image any more.  0 or -errno. */
int image_settle(struct volume *volume, struct image_record *ret);

/* Before a request starts: looks at the image if that is due, and fails the snapshots of one that
 * has lost something. */
void image_look(struct volume *volume);

/* The same at once: a read or a write has met what is lost. */
void image_look_now(struct volume *volume);

/* What a request answers that ended with RESULT: nobody above knows of lost data. */
int image_answer(struct volume *volume, int result);

/* The image, or the store of the request's active snapshot, has lost what it reads. */
void image_snapshot_damaged(struct volume_request *request);

/* Active snapshots, and nodes, part of whose data is the image's. */
uint64_t image_sharers(const struct volume *volume);

#endif
