/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_rig.h - the volume of which the reference client takes a snapshot itself.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_RIG_H
#define SNAPRIG_CLIENTS_REFERENCE_RIG_H

#include <stdint.h>

#include <jansson.h>

struct control_client;

struct reference_rig {
	struct control_client *control;
	char *path;	  /* of the snapshot, MNT/snapshots/NAME */
	const char *name; /* in the path */
	double time_scale;
};

/*
 * Connects to the rig in which the snapshot at PATH is to be taken.  Returns 0; or -errno, with a
 * description in *RET_WHY.
 */
int reference_rig_open(const char *path, struct reference_rig *ret, const char **ret_why);
void reference_rig_deinit(struct reference_rig *rig);

/* Like control_client_call(), for commands that are answered at once. */
int reference_rig_call(
	struct reference_rig *rig, const char *command, json_t *arguments, json_t **ret);

/* Returns what the rig said about its last error, or the text of ERROR. */
const char *reference_rig_why(const struct reference_rig *rig, int error);

/* Deletes the snapshot NAME; not an error if it does not exist.  Reports an error.  Returns 0 or
 * -errno. */
int reference_rig_delete(struct reference_rig *rig, const char *name);

/* Returns the real time in which the rig's clock advances by RIG_NS. */
uint64_t reference_rig_wait_ns(const struct reference_rig *rig, uint64_t rig_ns);

#endif
