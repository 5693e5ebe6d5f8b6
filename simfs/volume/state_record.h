/* SPDX-License-Identifier: Apache-2.0 */
/* state_record.h - IMAGE.snaprig/volume, as the other files of volume/ use it. */
#ifndef SNAPRIG_VOLUME_STATE_RECORD_H
#define SNAPRIG_VOLUME_STATE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/blockio/folder.h"
#include "simfs/store/store.h"
#include "simfs/volume/image.h"

/* Reads the volume's record, and compares its image with it; changes no file. HAS_STORES:
 * snapshots or nodes exist, of the length that the volume had. Returns 0 or -errno, with a
 * message except for I/O errors. */
int state_record_load(struct volume *volume, bool has_stores);

#define VOLUME_FILE "volume"

struct volume_record;

struct state_record {
	uint64_t volume_id;
	uint64_t volume_bytes;
	bool is_current; /* in this version's format */
	struct image_record image;
};

/* Returns 0; -ENOENT; -EUCLEAN if it fails its check; or -errno. */
int state_record_read(struct blockio_folder *folder, struct state_record *ret);

/*
 * Whether a store with FACTS, which has not failed, is older than the last unmount, which
 * closed all stores cleanly: then someone has put it there.
 */
bool state_is_older(const struct store_facts *facts, uint64_t closing_id);

/* Chooses the number that all stores of this unmount and its record share. */
void state_choose_closing_id(struct volume *volume);

/*
 * A write of the record of a volume in use. The caller owns it, and keeps it until `done`,
 * from which it may start it again.
 */
struct state_record_write {
	/* Required. RESULT 0: the record is durable. Else -errno: the previous one is still
	 * there, unless image.is_open_on_disk is false; then either may be. */
	void (*done)(struct state_record_write *write, int result);

	struct volume *volume;
	struct volume_record *record;
	struct blockio *io; /* of the file being written */
	struct blockio_request request;
};

/* Starts to write that the volume has BYTES; `done` may be called before it returns. */
void state_record_start(struct volume *volume, uint64_t bytes, struct state_record_write *write);

/* Frees the resources of a write that the backend has dropped. */
void state_record_forget(struct state_record_write *write);

/* Writes the record of a volume in use, unless it is there already: 0 or -errno. Blocks. */
int state_record_open(struct volume *volume);

/* The same for a volume that was closed cleanly. */
int state_record_close(struct volume *volume);

#endif
