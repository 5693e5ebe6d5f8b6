/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/snapshot_cancel.h"
#include "simfs/volume/core.h"
#include "simfs/volume/way.h"

#include <errno.h>

bool volume_moment_cancel(struct volume_moment *moment)
{
	if (!fault_is_waiting(&moment->wait))
		return false;
	fault_wait_cancel(&moment->wait);
	moment->go(moment, -EINTR);
	return true;
}

void volume_snapshot_cancel(struct snapshot_create *create)
{
	create->is_cancelled = true;
	if (volume_moment_cancel(&create->moment) || snapshot_hold_cancel(create))
		return;
	if (create->is_in_set)
		writer_set_cancel(create);
}

void volume_snapshot_delete_cancel(struct snapshot_delete *command)
{
	volume_moment_cancel(&command->moment);
}

void volume_snapshot_open_cancel(struct snapshot_open *open)
{
	volume_moment_cancel(&open->moment);
}

static bool is_on(const struct list *list, const struct list *link)
{
	list_for_each (at, list) {
		if (at == link)
			return true;
	}
	return false;
}

bool volume_request_cancel(struct volume_request *request)
{
	struct volume *volume = request->volume;

	if (fault_cancels(request))
		return true;
	if (is_on(&volume->held_reads, &request->link)) {
		list_remove(&request->link);
		snapshot_read_end(request, -EINTR);
		return true;
	}
	/* A piece of a discard or of zeroing, and a write to a snapshot, count as begun. */
	if (!request->snapshot && request->kind == VOLUME_WRITE &&
		is_on(&volume->parked_writes, &request->link)) {
		list_remove(&request->link);
		request->done(request, -EINTR);
		return true;
	}
	return false;
}
