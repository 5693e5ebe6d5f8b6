/* SPDX-License-Identifier: Apache-2.0 */
/* time_left.c - the time that a scenario may still take. */
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/clock.h"
#include "simfs/base/sizes.h"

bool run_is_late(const struct run *run, struct reason *reason)
{
	uint64_t timeout_ns = run->scenario->timeout_ns;
	char text[32];

	if (timeout_ns == 0 || clock_now_ns() < run->begin_ns + timeout_ns)
		return false;
	reason_set(reason, "the scenario is not over within its timeout of %s",
		duration_write(timeout_ns, text, sizeof text));
	return true;
}

uint64_t run_time_limit_ns(const struct run *run)
{
	uint64_t limit_ns = run->scenario->time_limit_ns;
	uint64_t end_ns = run->begin_ns + run->scenario->timeout_ns;
	uint64_t now_ns = clock_now_ns();

	if (run->scenario->timeout_ns == 0 || now_ns + limit_ns <= end_ns)
		return limit_ns;
	/* 0 would mean no limit. */
	return end_ns > now_ns ? end_ns - now_ns : 1;
}
