/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/steps.h"

#include "simfs/volume/core.h"

void steps_begin(
	struct volume_request *request, void (*go)(struct volume_request *request, int result))
{
	request->go = go;
	request->step = 0;
	go(request, 0);
}

static void transferred(struct blockio_request *io, int result)
{
	struct volume_request *request = CONTAINER_OF(io, struct volume_request, io);

	request->go(request, result);
}

void step_transfer(struct volume_request *request, unsigned next, enum blockio_kind kind,
	uint64_t offset, void *bytes, size_t length)
{
	request->step = next;
	request->io.done = transferred;
	blockio_start(request->volume->origin, &request->io, kind, offset, bytes, length);
}

static void waited(struct fault_wait *wait)
{
	struct volume_request *request = CONTAINER_OF(wait, struct volume_request, fault.wait);

	request->go(request, 0);
}

enum fault_course step_meet(struct volume_request *request, unsigned next, enum fault_point point,
	const struct fault_context *context, struct fault_decision *ret)
{
	enum fault_course course = fault_site_meet(
		&request->volume->faults, point, context, &request->fault.wait, waited, ret);

	if (course == FAULT_WAITS)
		request->step = next;
	return course;
}

static void stored(struct store_waiter *waiter, int error)
{
	struct volume_request *request = CONTAINER_OF(waiter, struct volume_request, stored);

	request->go(request, error);
}

void step_store_begin(struct volume_request *request)
{
	store_waiter_arm(&request->stored, stored);
	store_waiter_add(&request->stored);
}

void step_store_end(struct volume_request *request, unsigned next)
{
	request->step = next;
	store_waiter_release(&request->stored, 0);
}
