/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_survey.h - all mounts of one type, wherever this user can see them.
 *
 * As mount_table.h: no file system is asked.
 */
#ifndef SNAPRIG_BASE_MOUNT_SURVEY_H
#define SNAPRIG_BASE_MOUNT_SURVEY_H

#include <stddef.h>
#include <sys/types.h>

/* One that is mounted, however often: where it is found. */
struct mount_place {
	/* A path that leads there from here: through /proc/PID/root when it is mounted in
	 * other mount namespaces only. */
	char *path;
	char *source;
	uid_t user;   /* of a mount of FUSE: whose it is */
	char pid[16]; /* of a process in that other namespace; "" */
	char device[24];
};

struct mount_survey {
	struct mount_place *places;
	size_t count;
};

/*
 * Finds the mounts of TYPE ("fuse.snaprig"), those of this mount namespace first, in the
 * order of its table.  What a later mount of its own path hides is left out.
 */
void mount_survey_find(const char *type, struct mount_survey *ret);

/* Adds what TABLE has to SURVEY; PREFIX and PID say how it is reached ("" both: from here). */
void mount_survey_read(struct mount_survey *survey, const char *table, const char *type,
	const char *prefix, const char *pid);

void mount_survey_deinit(struct mount_survey *survey);

#endif
