/* SPDX-License-Identifier: Apache-2.0 */
/* routes.h - sends requests to the calls or to the transfers. */
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
	struct workers *workers; /* for calls */
	atomic_bool is_ending;
};

/* The handlers of a server; ROUTES outlives it. */
struct http_handlers routes_handlers(struct routes *routes);

/* Requests that no worker has begun are answered 503. */
void routes_end(struct routes *routes);

#endif
