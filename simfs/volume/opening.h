/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opening.h - flushes the stores of a volume that is being mounted, many at a time.
 *
 * That one is in use again has to outlast a power cut before anything is appended.  The disk
 * answers what waits at one time together: 4,096 one after the other take 20 seconds.
 */
#ifndef SNAPRIG_VOLUME_OPENING_H
#define SNAPRIG_VOLUME_OPENING_H

struct volume;

/* All snapshots of VOLUME were loaded, and nothing was appended yet.  Blocks.  0, or the first
 * -errno after a message. */
int opening_flush(struct volume *volume);

#endif
