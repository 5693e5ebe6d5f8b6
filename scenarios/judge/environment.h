/* SPDX-License-Identifier: Apache-2.0 */
/*
 * environment.h - where results came about: for people who compare them with others.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_ENVIRONMENT_H
#define SNAPRIG_SCENARIOS_JUDGE_ENVIRONMENT_H

#include <stddef.h>
#include <stdint.h>

/* Something that is known of a profile: "limit", "10%". */
struct profile_fact {
	char *profile, *name, *value;
};

struct environment {
	char *version; /* of this program */
	char *kernel;  /* "Linux 6.1.0 x86_64" */
	uint64_t processors, memory_bytes;
	struct profile_fact *facts; /* of all profiles, one behind the other */
	size_t fact_count;
};

/* All that results came from: several when they were merged. */
struct environments {
	struct environment *items;
	size_t count;
};

void environment_deinit(struct environment *environment);
void environment_add_fact(
	struct environment *environment, const char *profile, const char *name, const char *value);

/* Takes ONE, of which RET is emptied; its place in LIST, which is that of one that is the same
 * when there is one. */
size_t environments_add(struct environments *list, struct environment *one);
void environments_deinit(struct environments *list);

#endif
