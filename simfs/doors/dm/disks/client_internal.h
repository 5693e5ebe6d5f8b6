/* SPDX-License-Identifier: Apache-2.0 */
/* client_internal.h - what a caller has of the process that serves disks. */
#ifndef SNAPRIG_DM_DISKS_CLIENT_INTERNAL_H
#define SNAPRIG_DM_DISKS_CLIENT_INTERNAL_H

#include "simfs/doors/dm/disks/disks.h"

struct disks {
	int fd; /* calls go there; once it is closed, the process ends */
	int pidfd;
	pid_t pid;
	char *folder;
};

#endif
