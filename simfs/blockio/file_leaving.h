/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_leaving.h - closes files that have no name any more, and nobody waits.
 *
 * The last close of such a file gives back what it took on the disk, which takes
 * 0.4 ms for each MiB.  So it is done by a thread of the kernel's, one file after
 * the other, as several would only keep each other from the file system's journal.
 */
#ifndef SNAPRIG_BLOCKIO_FILE_LEAVING_H
#define SNAPRIG_BLOCKIO_FILE_LEAVING_H

#include <stdbool.h>

#include "simfs/base/list.h"
#include "simfs/blockio/ring.h"

struct file_leaver {
	/* Required.  The file is closed, or the ring that it was used with is gone. */
	void (*gone)(struct file_leaver *leaver);
	int fd;
	bool is_ready; /* nothing is under way on it */
	struct list link;
};

struct file_leaving {
	struct ring *ring;
	struct list waiting;
	struct file_leaver *closing;
	struct ring_op op;
};

void file_leaving_init(struct file_leaving *leaving, struct ring *ring);

/* After the ring: those that are left are `gone`. */
void file_leaving_deinit(struct file_leaving *leaving);

/* Takes LEAVER over until it is `gone`; it may become ready later, which is told so. */
void file_leaving_add(struct file_leaving *leaving, struct file_leaver *leaver);
void file_leaving_ready(struct file_leaving *leaving, struct file_leaver *leaver);

#endif
