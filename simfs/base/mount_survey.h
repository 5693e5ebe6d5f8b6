/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_survey.h - all mounts of one type that this user can see.
 *
 * Like mount_table.h, it never queries a file system.
 */
#ifndef SNAPRIG_BASE_MOUNT_SURVEY_H
#define SNAPRIG_BASE_MOUNT_SURVEY_H

#include <stddef.h>
#include <sys/types.h>

/* A mounted file system, listed once however often it is mounted. */
struct mount_place {
	/* A path to it from here: through /proc/PID/root if it is mounted in other mount namespaces
	 * only. */
	char *path;
	char *source;
	uid_t user;   /* of a FUSE mount: its owner */
	char pid[16]; /* a process in that other namespace, or "" */
	char device[24];
};

struct mount_survey {
	struct mount_place *places;
	size_t count;
};

/*
 * Finds the mounts of TYPE ("fuse.snaprig"), those of this mount namespace first, in the order of
 * its table.  Mounts hidden by a later mount on the same path are left out.
 */
void mount_survey_find(const char *type, struct mount_survey *ret);

/*
 * Adds the mounts in TABLE to SURVEY.  PREFIX and PID say how they are reached (both "": from
 * here).
 */
void mount_survey_read(struct mount_survey *survey, const char *table, const char *type,
	const char *prefix, const char *pid);

void mount_survey_deinit(struct mount_survey *survey);

#endif
