/* SPDX-License-Identifier: Apache-2.0 */
/* nbd_serve.h - one connection of an NBD client. */
#ifndef SNAPRIG_DOORS_XAPI_TRANSFER_NBD_SERVE_H
#define SNAPRIG_DOORS_XAPI_TRANSFER_NBD_SERVE_H

#include <stdint.h>

#include "simfs/doors/xapi/transfer/transfer.h"

struct nbd_limits {
	uint64_t greeting_ns; /* from its begin to the name of an export */
	uint64_t idle_ns;     /* behind it, without a byte that moves */
};

/*
 * Serves FD, a socket that does not block, until its client leaves, breaks the rules or
 * goes beyond LIMITS, or ENDING becomes readable.  FD stays the caller's.
 */
void nbd_serve(const struct transfer_options *options, const struct nbd_limits *limits, int fd,
	int ending);

#endif
