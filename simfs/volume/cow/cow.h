/* SPDX-License-Identifier: Apache-2.0 */
/* cow.h - copy-on-write: what the volume may call of it. */
#ifndef SNAPRIG_VOLUME_COW_COW_H
#define SNAPRIG_VOLUME_COW_COW_H

struct volume_request;

/* cow/preserve.c: ends REQUEST, for a live write or one to a snapshot, once no snapshot's mark is
 * on its way. */
void preserve_settle(struct volume_request *request);

#endif
