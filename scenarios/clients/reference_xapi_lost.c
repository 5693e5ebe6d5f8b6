/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_lost.h"

#include <string.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference_xapi_call.h"
#include "scenarios/clients/reference_xapi_task.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

void xapi_lost_await(struct xapi *xapi, const char *method)
{
	AUTO(auto_free) char *name = heap_format("Async.%s", method);
	json_t *tasks = NULL, *task;
	json_t *failure = xapi_call(xapi, "task.get_all_records", json_array(), &tasks);
	const char *ref;

	json_object_foreach(tasks, ref, task)
	{
		if (!failure && strcmp(member_text(task, "name_label"), name) == 0 &&
			strcmp(member_text(task, "status"), "pending") == 0)
			json_decref(xapi_task_wait(xapi, ref, NULL));
	}
	json_decref(failure);
	json_decref(tasks);
}
