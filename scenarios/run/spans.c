/* SPDX-License-Identifier: Apache-2.0 */
/* spans.c - the intervals in the timeline of a run: phases and backups. */
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/clock.h"

void span_begin(struct run *run, enum timeline_kind kind, const char *name)
{
	if (run->result->timeline)
		timeline_begin_span(
			run->result->timeline, kind, name, clock_now_ns() - run->begin_ns);
}

void span_end(struct run *run, enum timeline_kind kind, const char *name)
{
	if (run->result->timeline)
		timeline_end_span(
			run->result->timeline, kind, name, clock_now_ns() - run->begin_ns);
}
