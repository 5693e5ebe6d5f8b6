/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/give_xapi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenarios/base/files.h"
#include "scenarios/run/run_left.h"
#include "scenarios/run/xapi_serve.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

struct xapi_pool {
	pid_t pid;
	unsigned rigs_gone; /* run->rigs_gone when it began, which identifies its rig */
	char *said;	    /* the file with its output */
	char *url;
};

/*
 * Writes a pool with an SR of the scenario's kind; the rig limits its room already.  The other SRs
 * are empty, for users; the edition allows everything that the VM has.
 */
static int file_write(const struct run *run, const char *path)
{
	bool is_thick = run->scenario->sr && strcmp(run->scenario->sr, "lvm") == 0;
	FILE *file = fopen(path, "we");

	if (!file)
		return -errno;
	fprintf(file,
		"pool: snaprig\n"
		"credentials: { user: root, password: secret }\n"
		"edition: free\n"
		"srs: [ { name: local, type: %s }, { name: other, type: ext },\n"
		"       { name: usb, type: udev } ]\n"
		"vms: [ { name: %s, disks: [ { name: system, sr: local, mount: \"%s\" } ] } ]\n",
		is_thick ? "lvm" : "ext", XAPI_VM, run->mount_point);
	return fclose(file) == 0 ? 0 : -errno;
}

static void pool_forget(struct xapi_pool *pool)
{
	free(pool->said);
	free(pool->url);
	free(pool);
}

/* Appends the last line of its output to the client's log. */
static void said_append(const struct xapi_pool *pool, const char *log_path)
{
	AUTO(auto_free) char *line = file_last_line(pool->said);
	FILE *log = line ? fopen(log_path, "ae") : NULL;

	if (log) {
		fprintf(log, "%s\n", line);
		fclose(log);
	}
}

/* Returns whether the pool serves, and belongs to the present rig. */
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
	error = file_write(run, path);
	if (error == 0)
		error = xapi_serve_begin(run->program, path, pool->said, &pool->pid, &pool->url,
			&ret_result->exit_status);
	run->pool = pool;
	if (error == 0)
		return 0;
	said_append(pool, log_path);
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

	if (!pool)
		return;
	if (pool->pid > 0)
		xapi_serve_end(pool->pid);
	pool_forget(pool);
}
