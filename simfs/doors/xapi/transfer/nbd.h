/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nbd.h - the disks of a pool over NBD, as a XenServer serves them: read-only, each export by its
 * name only, "/UUID?session_id=REF".
 *
 * Fixed newstyle without TLS; options other than EXPORT_NAME and ABORT are answered as unsupported.
 */
#ifndef SNAPRIG_DOORS_XAPI_TRANSFER_NBD_H
#define SNAPRIG_DOORS_XAPI_TRANSFER_NBD_H

#include <stdint.h>

#include "simfs/doors/xapi/transfer/transfer.h"

struct nbd;

/* Further connections are closed. */
#define NBD_CONNECTIONS_MAX 64

/*
 * Listens on ADDRESS, as for socket_address_parse() (port 0: any), and serves the disks of OPTIONS.
 * Returns 0, or -errno after a message.
 */
int nbd_start(const struct transfer_options *options, const char *address, struct nbd **ret);

/* Where it listens. */
const char *nbd_host(const struct nbd *nbd);
uint16_t nbd_port(const struct nbd *nbd);

/* Ends all connections, and frees NBD.  NULL is fine. */
void nbd_stop(struct nbd *nbd);

#endif
