/* SPDX-License-Identifier: Apache-2.0 */
/* Closing and opening, swept: half of all that can fail happens there. */
#include "simfs/base/clock.h"
#include "tests/sweep/sweep.h"

static const struct sweep_workload workloads[] = {
	{ .name = "mounts",
		.profile = "plain",
		.weights = { [LOAD_WRITE] = 50, [LOAD_CREATE] = 15, [LOAD_REOPEN] = 12 } },
};

int main(int argc, char **argv)
{
	(void)argc;
	return sweep_run(
		"sweep of mounts", workloads, sizeof workloads / sizeof workloads[0], argv[0]);
}
