/* SPDX-License-Identifier: Apache-2.0 */
/* client_internal.h - the caller's end of the process that serves disks. */
#ifndef SNAPRIG_DM_DISKS_CLIENT_INTERNAL_H
#define SNAPRIG_DM_DISKS_CLIENT_INTERNAL_H

#include "simfs/doors/dm/disks/disks.h"

struct disks {
	int fd; /* calls go there; the process ends when it is closed */
	int pidfd;
	pid_t pid;
	char *folder;
};

#endif
