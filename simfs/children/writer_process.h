/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_process.h - the hands of writers (volume/writers/hands.h) as processes.
 *
 * Each hand is a process of writer_child.h, which the ring watches.  If one is killed, another
 * thaws what it left.  Nothing here blocks.
 */
#ifndef SNAPRIG_CHILDREN_WRITER_PROCESS_H
#define SNAPRIG_CHILDREN_WRITER_PROCESS_H

#include <stdbool.h>

#include "simfs/blockio/ring.h"
#include "simfs/volume/writers/hands.h"

/* Returns 0 or -ENOMEM. */
int writer_hands_create(struct ring *ring, struct writer_hands **ret);

/*
 * They must be idle, or the ring gone: in that case, what is frozen is still thawed, but no
 * callback runs any more.  NULL is fine.
 */
void writer_hands_destroy(struct writer_hands *hands);

/*
 * The owner of the hands is gone and is not called any more; what they hold is thawed.  For the end
 * of a volume that did not wait for a thaw.
 */
void writer_hands_disown(struct writer_hands *hands);

/* Whether no hand is active. */
bool writer_hands_idle(const struct writer_hands *hands);

#endif
