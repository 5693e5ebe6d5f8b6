/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/journal.h"

#include <stdlib.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"

void journal_init(struct journal *journal)
{
	*journal = (struct journal){ .start_ns = clock_now_ns() };
}

void journal_deinit(struct journal *journal)
{
	text_log_deinit(&journal->log);
}

void journal_event(struct journal *journal, uint64_t operation, const char *event, json_t *fields)
{
	json_t *object = json_pack("{s:I, s:I, s:s}", "time_ns",
		(json_int_t)(clock_now_ns() - journal->start_ns), "operation",
		(json_int_t)operation, "event", event);
	AUTO(auto_free) char *text = NULL;

	if (object && fields)
		json_object_update(object, fields);
	text = json_dumps(object, JSON_COMPACT);
	if (text)
		text_log_line(&journal->log, "%s", text);
	else
		journal->log.lines_dropped++;
	json_decref(fields);
	json_decref(object);
}
