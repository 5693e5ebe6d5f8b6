/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transfer.h - GET /export_raw_vdi/ and PUT /import_raw_vdi/: the content of a VDI on a wire.
 *
 * Each transfer has a thread of its own, and a task: the one that its client names, or a new one.
 * The task ends when the transfer does, whichever way that is.
 */
#ifndef SNAPRIG_DOORS_XAPI_TRANSFER_TRANSFER_H
#define SNAPRIG_DOORS_XAPI_TRANSFER_TRANSFER_H

#include <stdbool.h>

#include "simfs/doors/xapi/http/wire.h"

struct calls;
struct disks;
struct pool;
struct transfers;

/* More at once are answered with 503. */
#define TRANSFERS_MAX 64

struct transfer_options {
	struct calls *calls; /* whose sessions they are */
	struct pool *pool;
	struct disks *disks;
	enum wire_framing framing; /* of exports */
};

/* OPTIONS are copied; what they name stays the caller's.  0 or -errno. */
int transfers_create(const struct transfer_options *options, struct transfers **ret);

/*
 * Whether PATH is one of them, as struct http_handlers asks, or one that a XenServer has and that
 * is not here: who asks for that names a task, too.
 */
bool transfers_takes(const char *path);

/* WIRE, which is one of them, is served and ended.  Does not wait. */
void transfers_begin(struct transfers *transfers, struct wire *wire);

/* The client of WIRE has gone before the transfer could begin; it stays the caller's. */
void transfers_lose(struct transfers *transfers, struct wire *wire);

/* Waits for all of them, which a server that has quiesced makes end.  NULL is fine. */
void transfers_destroy(struct transfers *transfers);

#endif
