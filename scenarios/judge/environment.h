/* SPDX-License-Identifier: Apache-2.0 */
/*
 * environment.h - where results were produced, for people who compare them.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_ENVIRONMENT_H
#define SNAPRIG_SCENARIOS_JUDGE_ENVIRONMENT_H

#include <stddef.h>
#include <stdint.h>

/* A property of a profile: "limit", "10%". */
struct profile_fact {
	char *profile, *name, *value;
};

struct environment {
	char *version; /* of this program */
	char *kernel;  /* "Linux 6.1.0 x86_64" */
	uint64_t processors, memory_bytes;
	struct profile_fact *facts; /* of all profiles */
	size_t fact_count;
};

/* The environments of all results; several after a merge. */
struct environments {
	struct environment *items;
	size_t count;
};

void environment_deinit(struct environment *environment);
void environment_add_fact(
	struct environment *environment, const char *profile, const char *name, const char *value);

/* Adds ONE to LIST, unless an equal one is there, and empties it.  Returns its index in LIST. */
size_t environments_add(struct environments *list, struct environment *one);
void environments_deinit(struct environments *list);

#endif
