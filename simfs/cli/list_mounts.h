/* SPDX-License-Identifier: Apache-2.0 */
/* list_mounts.h - for list.c: the volumes that are mounted. */
#ifndef SNAPRIG_CLI_LIST_MOUNTS_H
#define SNAPRIG_CLI_LIST_MOUNTS_H

#include <jansson.h>

/*
 * This user's mounts, or for root everybody's, as an array of objects: the caller's.  A rig
 * that does not answer within seconds is listed as silent, with the little that is known.
 */
json_t *list_mounts_json(void);

#endif
