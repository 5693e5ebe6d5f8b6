/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps.h - the way of a request as one function, with a switch over its steps.
 *
 * A step that has to wait says which one is next, starts what it waits for, and returns.
 * request->go(), that function, is called again there, with the result of it.  What has
 * nothing to wait for falls through.
 */
#ifndef SNAPRIG_VOLUME_STEPS_H
#define SNAPRIG_VOLUME_STEPS_H

#include "simfs/volume/request.h"

#define FALLTHROUGH __attribute__((fallthrough))

/* Calls GO, for step 0. */
void steps_begin(
	struct volume_request *request, void (*go)(struct volume_request *request, int result));

/* A transfer of the origin. */
void step_transfer(struct volume_request *request, unsigned next, enum blockio_kind kind,
	uint64_t offset, void *bytes, size_t length);

/* A hit of POINT, as fault_site_meet(): who waits goes on with NEXT, and without a result. */
enum fault_course step_meet(struct volume_request *request, unsigned next, enum fault_point point,
	const struct fault_context *context, struct fault_decision *ret);

/*
 * All that stores are asked for with request->stored between these two.  The second goes on
 * at once when none of it is under way: REQUEST may have ended when it returns.
 */
void step_store_begin(struct volume_request *request);
void step_store_end(struct volume_request *request, unsigned next);

#endif
