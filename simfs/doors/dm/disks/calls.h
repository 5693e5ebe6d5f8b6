/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls.h - the serving side of disks.h: receives calls, performs them or lets them wait, answers.
 */
#ifndef SNAPRIG_DM_DISKS_CALLS_H
#define SNAPRIG_DM_DISKS_CALLS_H

#include "simfs/doors/dm/disks/files.h"
#include "simfs/doors/dm/disks/flow.h"
#include "simfs/doors/dm/disks/pump.h"

struct calls;

/* Takes calls from FD; ENDED(CONTEXT) once no caller can exist any more. */
int disk_calls_create(struct pump *pump, struct flow *flow, struct files *files, int fd,
	void (*ended)(void *context), void *context, struct calls **ret);

#endif
