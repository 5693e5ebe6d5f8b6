/* SPDX-License-Identifier: Apache-2.0 */
/* nbd_serve.h - one connection of an NBD client. */
#ifndef SNAPRIG_DOORS_XAPI_TRANSFER_NBD_SERVE_H
#define SNAPRIG_DOORS_XAPI_TRANSFER_NBD_SERVE_H

#include <stdint.h>

#include "simfs/doors/xapi/transfer/transfer.h"

struct nbd_limits {
	uint64_t greeting_ns; /* from the connection to the name of an export */
	uint64_t idle_ns;     /* after that, without a byte that moves */
};

/*
 * Serves FD, a non-blocking socket, until its client leaves, breaks the protocol or exceeds LIMITS,
 * or ENDING becomes readable.  FD stays the caller's.
 */
void nbd_serve(const struct transfer_options *options, const struct nbd_limits *limits, int fd,
	int ending);

#endif
