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

/* Writes the record of a volume that is in use, which has this length now: 0 or -errno. */
int state_record_open(struct volume *volume);

/* The same of one that is closed in order. */
int state_record_close(struct volume *volume);

#endif
