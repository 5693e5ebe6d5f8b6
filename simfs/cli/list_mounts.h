/* SPDX-License-Identifier: Apache-2.0 */
/* list_mounts.h - the mounted volumes; for list.c. */
#ifndef SNAPRIG_CLI_LIST_MOUNTS_H
#define SNAPRIG_CLI_LIST_MOUNTS_H

#include <jansson.h>

/*
 * The mounts of this user, or of everyone for root, as an array of objects, which the caller frees.
 * A rig that does not answer within seconds is listed as silent, with the little that is known.
 */
json_t *list_mounts_json(void);

#endif
