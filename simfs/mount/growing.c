/* SPDX-License-Identifier: Apache-2.0 */
/*
 * growing.c - `truncate -s` of the live view makes the volume longer.
 *
 * It waits for the disk while other requests are served.  It cannot be undone: a caller that is
 * killed is released, and the growth goes on without it.
 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/mount/session_internal.h"
#include "simfs/volume/grow.h"

struct growing {
	struct session *session;
	struct volume_growth growth;
	struct asker asker;
	fuse_req_t request; /* NULL: the caller was killed, and has been answered */
};

static void grown(struct volume_growth *growth, int result)
{
	struct growing *growing = CONTAINER_OF(growth, struct growing, growth);

	growing->session->commands_under_way--;
	if (result < 0)
		log_error("cannot make the volume longer: %s", growth->why);
	if (growing->request) {
		asker_end(&growing->asker);
		attributes_reply(growing->request, PLACE_LIVE, result);
	}
	free(growing);
}

static void grower_killed(struct asker *asker)
{
	struct growing *growing = CONTAINER_OF(asker, struct growing, asker);

	asker_end(asker);
	fuse_reply_err(TAKE_PTR(growing->request), EINTR);
}

void growing_start(fuse_req_t request, uint64_t bytes)
{
	struct session *session = session_of(request);
	struct growing *growing = calloc(1, sizeof *growing);

	if (!growing) {
		fuse_reply_err(request, ENOMEM);
		return;
	}
	growing->session = session;
	growing->request = request;
	growing->growth.bytes = bytes;
	growing->growth.done = grown;
	growing->asker.killed = grower_killed;
	session_asks(session, &growing->asker);
	session->commands_under_way++;
	volume_grow(session->volume, &growing->growth);
}
