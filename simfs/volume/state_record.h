/* SPDX-License-Identifier: Apache-2.0 */
/* state_record.h - IMAGE.snaprig/volume, as the rest of volume/ sees it. */
#ifndef SNAPRIG_VOLUME_STATE_RECORD_H
#define SNAPRIG_VOLUME_STATE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/blockio/folder.h"
#include "simfs/store/store.h"
#include "simfs/volume/image.h"

/* Reads the record of the volume, and compares its image with it; changes no file.  HAS_STORES: of
 * snapshots or nodes, which are as long as the volume was.  0, or -errno, said but for I/O. */
int state_record_load(struct volume *volume, bool has_stores);

#define VOLUME_FILE "volume"

struct volume_record;

struct state_record {
	uint64_t volume_id;
	uint64_t volume_bytes;
	bool is_current; /* of this version's format */
	struct image_record image;
};

/* 0; -ENOENT; -EUCLEAN when it does not check; or -errno. */
int state_record_read(struct blockio_folder *folder, struct state_record *ret);

/*
 * Whether a store of the state with FACTS, which has not failed, is older than the last unmount,
 * which was in order and closed all of them: somebody has put it there.
 */
bool state_is_older(const struct store_facts *facts, uint64_t closing_id);

/* Draws the number that all stores of this unmount and its record have. */
void state_choose_closing_id(struct volume *volume);

/*
 * The record of a volume that is in use, on its way to the disk.  The caller owns it, and keeps
 * it until `done`, within which it may start it again.
 */
struct state_record_write {
	/* Required.  RESULT 0: it is durable.  Else -errno, and the one before is there, unless
	 * image.is_open_on_disk is false: then nobody knows which of the two. */
	void (*done)(struct state_record_write *write, int result);

	struct volume *volume;
	struct volume_record *record;
	struct blockio *io; /* of the file that it is written to */
	struct blockio_request request;
};

/* Starts to write that the volume has BYTES; `done` may be called within. */
void state_record_start(struct volume *volume, uint64_t bytes, struct state_record_write *write);

/* Frees what one needs that is under way and was dropped. */
void state_record_forget(struct state_record_write *write);

/* Writes the record of a volume that is in use, unless it is there: 0 or -errno.  Blocks. */
int state_record_open(struct volume *volume);

/* The same of one that is closed in order. */
int state_record_close(struct volume *volume);

#endif
