/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_why.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xapi_call.h"
#include "scenarios/clients/reference_xapi_task.h"
#include "simfs/base/clock.h"

#define LOOK_AGAIN_NS (20 * NS_PER_MS)
#define LOOKS_MAX     100

static bool is_pending(struct xapi *xapi, const char *task)
{
	json_t *record = NULL, *failure = xapi_record(xapi, "task", task, &record);
	bool is = !failure && strcmp(member_text(record, "status"), "pending") == 0;

	json_decref(failure);
	json_decref(record);
	return is;
}

json_t *xapi_why(struct xapi *xapi, const char *task, json_t *failure)
{
	const struct timespec moment = { .tv_nsec = LOOK_AGAIN_NS };
	json_t *why;

	for (unsigned i = 0; i < LOOKS_MAX && !asked_to_stop() && is_pending(xapi, task); i++)
		nanosleep(&moment, NULL);
	why = xapi_task_failure(xapi, task);
	if (!why)
		return failure;
	json_decref(failure);
	return why;
}
