/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_process.h - the hands of writers (volume/writers/hands.h) as processes.
 *
 * Each hand is a process of writer_child.h, which the ring watches.  Where one is
 * killed, another one thaws what it left.  Nothing here waits for anything.
 */
#ifndef SNAPRIG_CHILDREN_WRITER_PROCESS_H
#define SNAPRIG_CHILDREN_WRITER_PROCESS_H

#include <stdbool.h>

#include "simfs/blockio/ring.h"
#include "simfs/volume/writers/hands.h"

/* Returns 0 or -ENOMEM. */
int writer_hands_create(struct ring *ring, struct writer_hands **ret);

/*
 * When idle, or when the ring is gone: then what is frozen is thawed all the same,
 * but nobody is called any more.  NULL is fine.
 */
void writer_hands_destroy(struct writer_hands *hands);

/*
 * Who had hands is gone, and is not called any more; what they hold is thawed.
 * For the end of a volume that did not wait for a thaw.
 */
void writer_hands_disown(struct writer_hands *hands);

/* No hand is under way. */
bool writer_hands_idle(const struct writer_hands *hands);

#endif
