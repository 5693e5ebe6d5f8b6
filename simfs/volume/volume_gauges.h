/* SPDX-License-Identifier: Apache-2.0 */
/* volume_gauges.h - the part of volume.h about gauges. */
#ifndef SNAPRIG_VOLUME_VOLUME_GAUGES_H
#define SNAPRIG_VOLUME_VOLUME_GAUGES_H

#include <stdbool.h>
#include <stdint.h>

#include "faults/gauge.h"
#include "simfs/base/list.h"

struct volume;

/*
 * Waits for a gauge, and holds snapshot reads from the moment it has reached the value until
 * volume_read_hold_end(). The read that reached it is held, too.
 */
struct volume_read_hold {
	enum gauge gauge;
	uint64_t at_least;

	/* Required. Called once, possibly from within volume_read_hold_begin(). */
	void (*reached)(struct volume_read_hold *hold);

	bool is_reached;
	struct list link;
};

void volume_read_hold_begin(struct volume *volume, struct volume_read_hold *hold);
void volume_read_hold_end(struct volume *volume, struct volume_read_hold *hold);

/* Read only; set values with the functions below, which handle the consequences. */
const struct gauges *volume_gauges(struct volume *volume);
void volume_gauge_feign(struct volume *volume, enum gauge gauge, uint64_t value);
void volume_gauge_release(struct volume *volume, enum gauge gauge);

#endif
