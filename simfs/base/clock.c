/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/clock.h"

#include <stdbool.h>
#include <time.h>

#include "simfs/base/check.h"

static bool stepped;
static uint64_t stepped_now_ns;

/* The rig's time: what it was when the scale was set, plus the time since then, scaled. */
static uint64_t scale_per_mille = 1000;
static uint64_t scale_real_ns;
static uint64_t scale_rig_ns;

static uint64_t real_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static uint64_t rig_ns(clockid_t clock)
{
	uint64_t now_ns;

	if (stepped)
		return stepped_now_ns;
	now_ns = real_ns(clock);
	/* The last tick may be older than the moment when the scale was set. */
	if (now_ns < scale_real_ns)
		return scale_rig_ns;
	if (scale_per_mille == 1000)
		return now_ns - scale_real_ns + scale_rig_ns;
	return scale_rig_ns +
	       (uint64_t)((unsigned __int128)(now_ns - scale_real_ns) * scale_per_mille / 1000);
}

uint64_t clock_now_ns(void)
{
	return rig_ns(CLOCK_MONOTONIC);
}

uint64_t clock_tick_ns(void)
{
	return rig_ns(CLOCK_MONOTONIC_COARSE);
}

uint64_t clock_real_ns(void)
{
	return stepped ? stepped_now_ns : real_ns(CLOCK_MONOTONIC);
}

void clock_set_scale(uint64_t per_mille)
{
	uint64_t now_ns = clock_now_ns();

	MUST(per_mille > 0);
	scale_real_ns = real_ns(CLOCK_MONOTONIC);
	scale_rig_ns = now_ns;
	scale_per_mille = per_mille;
}

uint64_t clock_scale(void)
{
	return scale_per_mille;
}

uint64_t clock_wait_ns(uint64_t rig_ns)
{
	unsigned __int128 wait_ns = (unsigned __int128)rig_ns * 1000 / scale_per_mille;

	/* Rounded up: waking too early would mean another wait. */
	return rig_ns == UINT64_MAX || wait_ns >= UINT64_MAX ? UINT64_MAX : (uint64_t)wait_ns + 1;
}

void clock_step_to(uint64_t now_ns)
{
	stepped = true;
	stepped_now_ns = now_ns;
}

uint64_t clock_cpu_ns(pthread_t thread)
{
	struct timespec used = { 0 };
	clockid_t clock;

	if (pthread_getcpuclockid(thread, &clock) == 0)
		clock_gettime(clock, &used);
	return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}

int64_t clock_wall_ns(void)
{
	return (int64_t)real_ns(CLOCK_REALTIME);
}

int64_t clock_wall_seconds(void)
{
	return clock_wall_ns() / (int64_t)NS_PER_S;
}
