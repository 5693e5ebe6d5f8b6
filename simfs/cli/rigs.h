/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rigs.h - the rigs running on this machine, as far as this user may talk to them.
 */
#ifndef SNAPRIG_CLI_RIGS_H
#define SNAPRIG_CLI_RIGS_H

#include "simfs/base/mount_survey.h"

/* Finds the mounted volumes of USER, or of everyone with UID_ANY.  The caller deinits RET. */
#define UID_ANY ((uid_t)-1)
void rigs_find(uid_t user, struct mount_survey *ret);

/*
 * The state of a rig, in a word or two, after ERROR of control_client_connect() or of a call:
 * "silent".
 */
const char *rigs_state(int error);

#endif
