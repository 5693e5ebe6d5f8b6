/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_checks.h - what this machine has of what the rig can use.
 */
#ifndef SNAPRIG_CLI_DOCTOR_CHECKS_H
#define SNAPRIG_CLI_DOCTOR_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

enum health {
	HEALTH_OK,
	HEALTH_LIMITED, /* something less will work */
	HEALTH_MISSING,
};

struct finding {
	enum health health;
	char what[256];
	char remedy[256]; /* how to get it; "" when it is there */
};

struct doctor_check {
	const char *name;
	bool is_needed_to_mount;

	/* Required.  Fills the finding, which is HEALTH_OK without any text before. */
	void (*check)(struct finding *finding);
};

/* What has nothing to do with clients; COUNT in *RET_COUNT. */
const struct doctor_check *doctor_checks(size_t *ret_count);

/* Fills FINDING for a PROGRAM that PACKAGE has and that is good for PURPOSE. */
void doctor_check_program(
	struct finding *finding, const char *program, const char *package, const char *purpose);

/* Whether the real LVM tools can run in a world of their own; doctor_world.c. */
void doctor_check_world(struct finding *finding);

#endif
