/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/give_xapi.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

#define START_LIMIT_NS (60 * NS_PER_S)
#define STOP_LIMIT_NS  (20 * NS_PER_S)

static const char ready_line[] = "listening on http://";

struct xapi_pool {
	pid_t pid;
	unsigned rigs_gone; /* run->rigs_gone when it began: it is of this rig */
	char *said;	    /* the file of what it says */
	char *url;
};

/* The address in what the pool has said so far, the caller's; or NULL. */
static char *address_in(const char *path)
{
	AUTO(auto_free) char *text = file_text(path);
	const char *line = text ? strstr(text, ready_line) : NULL;
	const char *url = line ? line + strlen("listening on ") : NULL;
	const char *end = url ? strchr(url, '\n') : NULL;

	return end ? heap_format("%.*s", (int)(end - url), url) : NULL;
}

static bool has_address(const void *context)
{
	AUTO(auto_free) char *url = address_in(context);

	return url != NULL;
}

/* An SR of the kind that the scenario has; its room is the rig's, which has its limit already. */
static int file_write(const struct run *run, const char *path)
{
	const char *sr = run->scenario->sr;
	FILE *file = fopen(path, "we");

	if (!file)
		return -errno;
	fprintf(file,
		"pool: snaprig\n"
		"credentials: { user: root, password: secret }\n"
		"srs: [ { name: local, type: %s } ]\n"
		"vms: [ { name: %s, disks: [ { name: system, sr: local, mount: \"%s\" } ] } ]\n",
		sr && strcmp(sr, "thick") == 0 ? "lvm" : "ext", XAPI_VM, run->mount_point);
	return fclose(file) == 0 ? 0 : -errno;
}

static void pool_forget(struct xapi_pool *pool)
{
	free(pool->said);
	free(pool->url);
	free(pool);
}

static int pool_run(const struct run *run, const char *path, struct xapi_pool *pool)
{
	const char *argv[] = { run->program, "xapi", "serve", path, "--listen", "127.0.0.1:0",
		"--longest-event-wait", "1s", NULL };
	struct process_order process = { .argv = argv, .output_path = pool->said };

	pool->pid = process_start(&process);
	return pool->pid < 0 ? pool->pid : 0;
}

/* What it said is what the client's log has to tell. */
static void said_append(const struct xapi_pool *pool, const char *log_path)
{
	AUTO(auto_free) char *line = file_last_line(pool->said);
	FILE *log = line ? fopen(log_path, "ae") : NULL;

	if (log) {
		fprintf(log, "%s\n", line);
		fclose(log);
	}
}

/* Whether it serves, and that rig which is there now. */
static bool is_of_this_rig(const struct run *run)
{
	struct xapi_pool *pool = run->pool;
	int status;

	if (!pool)
		return false;
	if (process_wait(pool->pid, 1, &status) == 0)
		pool->pid = 0;
	return pool->pid > 0 && pool->rigs_gone == run->rigs_gone;
}

int xapi_pool_begin(struct run *run, const char *log_path, struct process_result *ret_result)
{
	AUTO(auto_free) char *folder = work_path(run, "given", "pool");
	AUTO(auto_free) char *path = heap_format("%s/POOL.yaml", folder);
	uint64_t begin_ns = clock_now_ns();
	struct xapi_pool *pool;
	int error;

	*ret_result = (struct process_result){ 0 };
	if (is_of_this_rig(run))
		return 0;
	xapi_pool_end(run);
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return -errno;
	pool = heap_new(sizeof *pool);
	pool->rigs_gone = run->rigs_gone;
	pool->said = heap_format("%s/pool.log", folder);
	unlink(pool->said);
	error = file_write(run, path);
	if (error == 0)
		error = pool_run(run, path, pool);
	if (error < 0) {
		pool_forget(pool);
		return error;
	}
	run->pool = pool;
	error = process_await_ready(pool->pid, begin_ns + START_LIMIT_NS, has_address, pool->said,
		&ret_result->exit_status);
	pool->url = error == 0 ? address_in(pool->said) : NULL;
	if (error == 0)
		return 0;
	said_append(pool, log_path);
	if (error == -ECHILD)
		pool->pid = 0;
	xapi_pool_end(run);
	ret_result->duration_ns = clock_now_ns() - begin_ns;
	ret_result->timed_out = error == -ETIMEDOUT;
	return error == -EINTR ? error : -EIO;
}

const char *xapi_pool_url(const struct run *run)
{
	return run->pool ? run->pool->url : NULL;
}

void xapi_pool_end(struct run *run)
{
	struct xapi_pool *pool = TAKE_PTR(run->pool);
	int status;

	if (!pool)
		return;
	if (pool->pid > 0)
		kill(pool->pid, SIGTERM);
	if (pool->pid > 0 && process_wait(pool->pid, STOP_LIMIT_NS, &status) == -ETIMEDOUT) {
		kill(-pool->pid, SIGKILL);
		(void)process_wait(pool->pid, STOP_LIMIT_NS, &status);
	}
	pool_forget(pool);
}

size_t xapi_snapshots_kept(int exit_status)
{
	return exit_status == 0 ? 1 : 2;
}
