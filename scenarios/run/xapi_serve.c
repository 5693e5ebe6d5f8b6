/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/xapi_serve.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/process.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

#define START_LIMIT_NS (60 * NS_PER_S)
#define STOP_LIMIT_NS  (20 * NS_PER_S)

static const char ready[] = "listening on ";

/* Returns the address in what the server has printed so far, or NULL.  The caller frees it. */
static char *address_in(const char *path)
{
	AUTO(auto_free) char *text = file_text(path);
	const char *line = text ? strstr(text, ready) : NULL;
	const char *url = line ? line + strlen(ready) : NULL;
	const char *end = url ? strchr(url, '\n') : NULL;

	return end ? heap_format("%.*s", (int)(end - url), url) : NULL;
}

static bool has_address(const void *context)
{
	AUTO(auto_free) char *url = address_in(context);

	return url != NULL;
}

int xapi_serve_begin(const char *program, const char *pool, const char *said, pid_t *ret_pid,
	char **ret_url, int *ret_exit_status)
{
	const char *argv[] = { program, "xapi", "serve", pool, "--listen", "127.0.0.1:0",
		"--longest-event-wait", "1s", "--nbd", "127.0.0.1:0", NULL };
	struct process_order order = { .argv = argv, .output_path = said };
	pid_t pid;
	int error;

	if (unlink(said) < 0 && errno != ENOENT)
		return -errno;
	pid = process_start(&order);
	if (pid < 0)
		return pid;
	error = process_await_ready(
		pid, clock_now_ns() + START_LIMIT_NS, has_address, said, ret_exit_status);
	if (error == 0) {
		*ret_pid = pid;
		*ret_url = address_in(said);
	} else if (error != -ECHILD) {
		xapi_serve_end(pid);
	}
	return error;
}

void xapi_serve_end(pid_t pid)
{
	int status;

	kill(pid, SIGTERM);
	if (process_wait(pid, STOP_LIMIT_NS, &status) != -ETIMEDOUT)
		return;
	kill(-pid, SIGKILL);
	(void)process_wait(pid, STOP_LIMIT_NS, &status);
}
