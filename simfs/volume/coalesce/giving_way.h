/* SPDX-License-Identifier: Apache-2.0 */
/*
 * giving_way.h - whether a merge gives way to other requests to the volume.
 *
 * A request waits at the disk behind the I/O of a merge, which can wait. So while requests
 * are in flight, and for limits->coalesce_beside_ns after the last one arrived, a merge has
 * only limits->coalesce_beside_bytes in flight, or one block. That much is always allowed, so
 * a merge finishes under any load.
 *
 * A head that is merged while its writers wait does not give way: they wait for it.
 */
#ifndef SNAPRIG_VOLUME_COALESCE_GIVING_WAY_H
#define SNAPRIG_VOLUME_COALESCE_GIVING_WAY_H

#include <stdbool.h>

struct chain;

/* A merge begins: earlier requests do not count. */
void giving_way_begin(struct chain *chain);

/* Valid only now: call it each time a chunk could be started. */
bool giving_way_is_due(struct chain *chain);

#endif
