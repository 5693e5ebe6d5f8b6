/* SPDX-License-Identifier: Apache-2.0 */
/* pressure_start.h - the process of pressure_child(), seen from the rig. */
#ifndef SNAPRIG_CONTROL_PRESSURE_START_H
#define SNAPRIG_CONTROL_PRESSURE_START_H

#include <stdint.h>

struct pressure_process {
	int pidfd;
	int wanted_fd; /* its stdin */
	int answer_fd; /* its stdout */
};

/* Starts it for the cgroup PATH.  Returns 0 or -errno. */
int pressure_process_start(struct pressure_process *process, const char *path, uint64_t size_bytes);

/* Once it is gone. */
void pressure_process_close(struct pressure_process *process);

#endif
