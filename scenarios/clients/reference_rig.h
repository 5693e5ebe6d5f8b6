/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_rig.h - the volume whose snapshot the reference client takes itself.
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
 * Connects to the rig that the snapshot at PATH is to be one of.  Returns 0 or -errno,
 * then with why in words at *RET_WHY.
 */
int reference_rig_open(const char *path, struct reference_rig *ret, const char **ret_why);
void reference_rig_deinit(struct reference_rig *rig);

/* As control_client_call(), of what is answered at once. */
int reference_rig_call(
	struct reference_rig *rig, const char *command, json_t *arguments, json_t **ret);

/* What the rig said of its last error, or the text of ERROR. */
const char *reference_rig_why(const struct reference_rig *rig, int error);

/* Deletes the snapshot NAME; one that is not there is fine.  What fails is said: 0 or -errno. */
int reference_rig_delete(struct reference_rig *rig, const char *name);

/* How long it takes until the rig's clock has gone on by RIG_NS. */
uint64_t reference_rig_wait_ns(const struct reference_rig *rig, uint64_t rig_ns);

#endif
