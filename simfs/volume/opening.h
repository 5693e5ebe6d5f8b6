/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opening.h - flushes the stores of a volume that is being mounted, many at the same time.
 *
 * The mark that a store is in use again must survive a power cut before anything is appended.
 * The disk completes many flushes together: 4,096 stores flushed one after the other take 20
 * seconds.
 */
#ifndef SNAPRIG_VOLUME_OPENING_H
#define SNAPRIG_VOLUME_OPENING_H

struct volume;

/* Call when all snapshots of VOLUME are loaded and nothing was appended yet. Blocks. Returns
 * 0, or the first -errno after a message. */
int opening_flush(struct volume *volume);

#endif
