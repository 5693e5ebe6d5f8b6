/* SPDX-License-Identifier: Apache-2.0 */
/* join_internal.h - the socket at which a world is joined. */
#ifndef SNAPRIG_DM_JOIN_INTERNAL_H
#define SNAPRIG_DM_JOIN_INTERNAL_H

#include "simfs/doors/dm/world/join.h"

/* In the state folder of the world. */
#define JOIN_SOCKET "world.sock"

/* A listening socket there; what lay there is removed.  0 or -errno. */
int join_listen(const char *state, int *ret_socket);

#endif
