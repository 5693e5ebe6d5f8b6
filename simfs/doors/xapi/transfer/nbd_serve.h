/* SPDX-License-Identifier: Apache-2.0 */
/* nbd_serve.h - one connection of an NBD client. */
#ifndef SNAPRIG_DOORS_XAPI_TRANSFER_NBD_SERVE_H
#define SNAPRIG_DOORS_XAPI_TRANSFER_NBD_SERVE_H

#include "simfs/doors/xapi/transfer/transfer.h"

/*
 * Serves FD, a socket that does not block, until its client leaves, breaks the rules, or ENDING
 * becomes readable.  FD stays the caller's.
 */
void nbd_serve(const struct transfer_options *options, int fd, int ending);

#endif
