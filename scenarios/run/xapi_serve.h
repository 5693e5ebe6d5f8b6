/* SPDX-License-Identifier: Apache-2.0 */
/* xapi_serve.h - starts and ends a `snaprig xapi serve` on 127.0.0.1. */
#ifndef SNAPRIG_SCENARIOS_RUN_XAPI_SERVE_H
#define SNAPRIG_SCENARIOS_RUN_XAPI_SERVE_H

#include <sys/types.h>

/*
 * Makes PROGRAM serve the pool of the file POOL; its output goes to the file SAID, which is
 * replaced. Returns 0, once it serves, with its process and its address, "http://127.0.0.1:PORT",
 * which the caller frees; -ECHILD with its exit status if it has ended instead; -EINTR;
 * -ETIMEDOUT; or another -errno.
 */
int xapi_serve_begin(const char *program, const char *pool, const char *said, pid_t *ret_pid,
	char **ret_url, int *ret_exit_status);

/* Ends it, orderly if possible. */
void xapi_serve_end(pid_t pid);

#endif
