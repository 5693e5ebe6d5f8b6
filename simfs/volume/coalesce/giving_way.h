/* SPDX-License-Identifier: Apache-2.0 */
/*
 * giving_way.h - whether a merge gives way to those who ask the volume for something.
 *
 * A request waits at the disk behind what a merge has there, and a merge can wait.  So while
 * requests are under way, and for limits->coalesce_beside_ns after the last one came, only
 * limits->coalesce_beside_bytes of a merge are under way, or one block.  That much always may be:
 * a merge comes to an end beside whatever load.
 *
 * A head that is merged while its writers wait gives no way: it is what they wait for.
 */
#ifndef SNAPRIG_VOLUME_COALESCE_GIVING_WAY_H
#define SNAPRIG_VOLUME_COALESCE_GIVING_WAY_H

#include <stdbool.h>

struct chain;

/* A merge begins: what has come before does not count. */
void giving_way_begin(struct chain *chain);

/* As of now: it is to be asked each time that a chunk could be begun. */
bool giving_way_is_due(struct chain *chain);

#endif
