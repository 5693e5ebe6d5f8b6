/* SPDX-License-Identifier: Apache-2.0 */
/* routes.h - which request goes to the calls, and which to the transfers. */
#ifndef SNAPRIG_DOORS_XAPI_SERVER_ROUTES_H
#define SNAPRIG_DOORS_XAPI_SERVER_ROUTES_H

#include <stdatomic.h>

#include "simfs/doors/xapi/calls/calls.h"
#include "simfs/doors/xapi/http/http.h"
#include "simfs/doors/xapi/server/workers.h"
#include "simfs/doors/xapi/transfer/transfer.h"

struct routes {
	struct calls *calls;
	struct transfers *transfers;
	struct workers *workers; /* of the calls */
	atomic_bool is_ending;
};

/* What a server of ROUTES, which outlives it, does with its requests. */
struct http_handlers routes_handlers(struct routes *routes);

/* What no worker has begun yet is not begun: 503. */
void routes_end(struct routes *routes);

#endif
