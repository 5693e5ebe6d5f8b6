/* SPDX-License-Identifier: Apache-2.0 */
/* xapi_serve.h - a `snaprig xapi serve` that is started for somebody, on 127.0.0.1. */
#ifndef SNAPRIG_SCENARIOS_RUN_XAPI_SERVE_H
#define SNAPRIG_SCENARIOS_RUN_XAPI_SERVE_H

#include <sys/types.h>

/*
 * Has PROGRAM serve the pool of the file POOL; what it says goes to the file SAID, which is made
 * anew.  0 with its process and its address, "http://127.0.0.1:PORT", the caller's, once it serves;
 * -ECHILD with its exit status when it has ended instead; -EINTR; -ETIMEDOUT; or another -errno.
 */
int xapi_serve_begin(const char *program, const char *pool, const char *said, pid_t *ret_pid,
	char **ret_url, int *ret_exit_status);

/* Ends it, in order if it can be. */
void xapi_serve_end(pid_t pid);

#endif
