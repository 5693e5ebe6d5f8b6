/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "simfs/cli/doctor_checks.h"
#include "simfs/doors/dm/run/run.h"

static void missing(struct finding *finding, const char *what, const char *remedy)
{
	finding->health = HEALTH_MISSING;
	snprintf(finding->what, sizeof finding->what, "%s", what);
	snprintf(finding->remedy, sizeof finding->remedy, "%s", remedy);
}

static void limit_to_preloading(struct finding *finding, const char *why)
{
	finding->health = HEALTH_LIMITED;
	snprintf(finding->what, sizeof finding->what,
		"'snaprig lvm' works by LD_PRELOAD alone: %s; static and setuid programs, and "
		"what loses the environment, meet no device-mapper",
		why);
	snprintf(finding->remedy, sizeof finding->remedy,
		"allow seccomp listeners; Linux 5.19 or later");
}

void doctor_check_world(struct finding *finding)
{
	static const char purpose[] = "'snaprig lvm'";
	enum world_ability ability;
	const char *why;

	if (geteuid() != 0) {
		missing(finding, "'snaprig lvm' needs loop devices, mounts and root",
			"be root; an ordinary user cannot use it");
		return;
	}
	ability = world_ability(&why);
	if (ability == WORLD_NONE) {
		missing(finding, why, "allow seccomp listeners; Linux 5.19 or later");
		return;
	}
	doctor_check_program(finding, "lvm", "lvm2", purpose);
	if (finding->health == HEALTH_OK)
		doctor_check_program(finding, "dmsetup", "dmsetup", purpose);
	if (finding->health != HEALTH_OK)
		return;
	doctor_check_program(finding, "kpartx", "kpartx", "partitions in a world");
	if (finding->health != HEALTH_OK) {
		finding->health = HEALTH_LIMITED;
		return;
	}
	if (ability == WORLD_PRELOADS) {
		limit_to_preloading(finding, why);
		return;
	}
	snprintf(finding->what, sizeof finding->what,
		"'snaprig lvm' runs lvm2, dmsetup and kpartx; system calls are watched (seccomp); "
		"no thin, raid and cache targets");
}
