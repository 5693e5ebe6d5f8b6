/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_checks.h - checks what this machine offers of what the rig can use.
 */
#ifndef SNAPRIG_CLI_DOCTOR_CHECKS_H
#define SNAPRIG_CLI_DOCTOR_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

enum health {
	HEALTH_OK,
	HEALTH_LIMITED, /* works, but with restrictions */
	HEALTH_MISSING,
};

struct finding {
	enum health health;
	char what[256];
	char remedy[256]; /* how to get it; "" if it is present */
};

struct doctor_check {
	const char *name;
	bool is_needed_to_mount;

	/* Required.  Fills FINDING, which starts as HEALTH_OK without text. */
	void (*check)(struct finding *finding);
};

/* The checks that are not about clients, and their number. */
const struct doctor_check *doctor_checks(size_t *ret_count);

/* Fills FINDING for a PROGRAM from PACKAGE that is needed for PURPOSE. */
void doctor_check_program(
	struct finding *finding, const char *program, const char *package, const char *purpose);

/* Whether the real LVM tools can run in a world of their own; in doctor_world.c. */
void doctor_check_world(struct finding *finding);

#endif
