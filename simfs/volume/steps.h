/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps.h - a request as one function, with a switch over its steps.
 *
 * A step that must wait sets the next step, starts what it waits for, and returns.
 * request->go(), that same function, is then called again with the result. A step that need
 * not wait falls through.
 */
#ifndef SNAPRIG_VOLUME_STEPS_H
#define SNAPRIG_VOLUME_STEPS_H

#include "simfs/volume/request.h"

#define FALLTHROUGH __attribute__((fallthrough))

/* Calls GO for step 0. */
void steps_begin(
	struct volume_request *request, void (*go)(struct volume_request *request, int result));

/* Starts a transfer of the origin. */
void step_transfer(struct volume_request *request, unsigned next, enum blockio_kind kind,
	uint64_t offset, void *bytes, size_t length);

/* A hit of POINT, as fault_site_meet(). If it waits, it continues with NEXT, with result 0. */
enum fault_course step_meet(struct volume_request *request, unsigned next, enum fault_point point,
	const struct fault_context *context, struct fault_decision *ret);

/*
 * Enclose all calls to stores with request->stored. The second continues at once if none of
 * them is in flight: REQUEST may have ended when it returns.
 */
void step_store_begin(struct volume_request *request);
void step_store_end(struct volume_request *request, unsigned next);

#endif
