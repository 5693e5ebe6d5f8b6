/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transfer.h - GET /export_raw_vdi/ and PUT /import_raw_vdi/: the content of a VDI on a wire.
 *
 * Each transfer has a thread of its own, and a task: the one that its client names, or a new one.
 * The task ends with the transfer, in any case.
 */
#ifndef SNAPRIG_DOORS_XAPI_TRANSFER_TRANSFER_H
#define SNAPRIG_DOORS_XAPI_TRANSFER_TRANSFER_H

#include <stdbool.h>

#include "simfs/doors/xapi/http/wire.h"

struct calls;
struct disks;
struct pool;
struct transfers;

/* Further ones are answered 503. */
#define TRANSFERS_MAX 64

struct transfer_options {
	struct calls *calls; /* owner of the sessions */
	struct pool *pool;
	struct disks *disks;
	enum wire_framing framing; /* of exports */
};

/* Copies OPTIONS; what they refer to stays the caller's.  Returns 0 or -errno. */
int transfers_create(const struct transfer_options *options, struct transfers **ret);

/*
 * Whether PATH is a transfer, for struct http_handlers.  Also true for transfers that only a
 * XenServer has, since their clients name a task, too.
 */
bool transfers_takes(const char *path);

/* Serves and ends WIRE, which is a transfer.  Does not block. */
void transfers_begin(struct transfers *transfers, struct wire *wire);

/* The client of WIRE has gone before the transfer could begin; WIRE stays the caller's. */
void transfers_lose(struct transfers *transfers, struct wire *wire);

/* Waits for all transfers, which end once the server has quiesced.  NULL is fine. */
void transfers_destroy(struct transfers *transfers);

#endif
