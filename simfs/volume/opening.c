/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/opening.h"

#include <errno.h>
#include <stdlib.h>

#include "simfs/base/log.h"
#include "simfs/store/store.h"
#include "simfs/volume/core.h"
#include "simfs/volume/snapshot.h"

/* As in closing.c. */
#define UNDER_WAY_MAX 64u

struct opening {
	unsigned under_way;
	int first_error;
};

struct one {
	struct blockio_request request;
	struct opening *all;
	const struct snapshot *snapshot;
};

static void note(struct opening *opening, const struct snapshot *snapshot, int error)
{
	if (error == 0)
		return;
	log_error_code(error, "cannot open the store of snapshot '%s'", snapshot->name);
	if (opening->first_error == 0)
		opening->first_error = error;
}

static void flushed(struct blockio_request *request, int result)
{
	struct one *one = CONTAINER_OF(request, struct one, request);

	one->all->under_way--;
	note(one->all, one->snapshot, result);
	free(one);
}

static void wait_for(struct volume *volume, const struct opening *opening, unsigned at_most)
{
	while (opening->under_way > at_most)
		volume->origin->ops->step(volume->origin);
}

int opening_flush(struct volume *volume)
{
	struct opening opening = { 0 };

	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);
		struct one *one;

		if (!snapshot->store || !store_wants_flush(snapshot->store))
			continue;
		wait_for(volume, &opening, UNDER_WAY_MAX - 1);
		one = calloc(1, sizeof *one);
		if (!one) {
			note(&opening, snapshot, -ENOMEM);
			break;
		}
		one->request.done = flushed;
		one->all = &opening;
		one->snapshot = snapshot;
		opening.under_way++;
		blockio_start(store_io(snapshot->store), &one->request, BLOCKIO_FLUSH, 0, NULL, 0);
	}
	wait_for(volume, &opening, 0);
	return opening.first_error;
}
