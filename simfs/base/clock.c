/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/clock.h"

#include <stdbool.h>
#include <time.h>

static bool stepped;
static uint64_t stepped_now_ns;

uint64_t clock_now_ns(void)
{
	struct timespec now;

	if (stepped)
		return stepped_now_ns;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

void clock_step_to(uint64_t now_ns)
{
	stepped = true;
	stepped_now_ns = now_ns;
}

int64_t clock_wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * (int64_t)NS_PER_S + now.tv_nsec;
}

int64_t clock_wall_seconds(void)
{
	return clock_wall_ns() / (int64_t)NS_PER_S;
}
