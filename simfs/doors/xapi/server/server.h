/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - serves a pool: its rigs, its records, its calls and its transfers.
 */
#ifndef SNAPRIG_DOORS_XAPI_SERVER_SERVER_H
#define SNAPRIG_DOORS_XAPI_SERVER_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "simfs/doors/xapi/http/wire.h"

struct xapi_serve_options {
	const char *pool_path;	  /* POOL.yaml */
	const char *state_folder; /* NULL: the pool's path with ".snaprig" appended */
	const char *const *addresses;
	size_t address_count; /* 0: 127.0.0.1, any port */
	const char *const *faults;
	size_t fault_count;
	uint64_t longest_event_wait_ns;
	const char *nbd; /* where to serve disks over NBD, "127.0.0.1:PORT"; NULL: nowhere */
	enum wire_framing export_framing;
};

/*
 * Serves until SIGTERM, SIGINT or SIGHUP; prints "listening on URL" for each address when ready.
 * Returns an enum exit_code, after a message unless it is EXIT_MET.
 */
int xapi_serve(const struct xapi_serve_options *options);

#endif
