/* SPDX-License-Identifier: Apache-2.0 */
/* read_hold.c - stops snapshot reads at exactly the request at which a gauge reaches a value. */
#include "simfs/volume/core.h"
#include "simfs/volume/measure.h"
#include "simfs/volume/way.h"

static bool any_read_hold_reached(struct volume *volume)
{
	list_for_each (at, &volume->read_holds) {
		if (CONTAINER_OF(at, struct volume_read_hold, link)->is_reached)
			return true;
	}
	return false;
}

/* `reached` may begin and end holds, so the list is read again after each. */
void read_holds_measure(struct volume *volume)
{
	bool told = true;

	list_for_each (at, &volume->read_holds)
		gauge_measure_now(volume, CONTAINER_OF(at, struct volume_read_hold, link)->gauge);
	while (told) {
		told = false;
		list_for_each (at, &volume->read_holds) {
			struct volume_read_hold *hold = CONTAINER_OF(
				at, struct volume_read_hold, link);

			if (hold->is_reached ||
				gauge_value(&volume->gauges, hold->gauge) < hold->at_least)
				continue;
			hold->is_reached = true;
			told = true;
			journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS],
				EVENT_HOLD_REACHED,
				json_pack("{s:s}", "gauge", gauge_at(hold->gauge)->name));
			hold->reached(hold);
			break;
		}
	}
}

bool read_hold_parks(struct volume *volume, struct volume_request *request)
{
	if (list_empty(&volume->read_holds))
		return false;
	read_hold_check(volume);
	if (!any_read_hold_reached(volume))
		return false;
	list_append(&volume->held_reads, &request->link);
	return true;
}

void volume_read_hold_begin(struct volume *volume, struct volume_read_hold *hold)
{
	hold->is_reached = false;
	list_append(&volume->read_holds, &hold->link);
	read_hold_check(volume);
}

void volume_read_hold_end(struct volume *volume, struct volume_read_hold *hold)
{
	struct list released;
	struct list *link;

	list_remove(&hold->link);
	if (any_read_hold_reached(volume))
		return;
	list_init(&released);
	list_splice(&released, &volume->held_reads);
	while ((link = list_pop(&released)))
		snapshot_read_go(CONTAINER_OF(link, struct volume_request, link));
}
