/* SPDX-License-Identifier: Apache-2.0 */
/* xapi_demo.h - what snaprig xapi demo is made of. */
#ifndef SNAPRIG_SCENARIOS_CLI_XAPI_DEMO_H
#define SNAPRIG_SCENARIOS_CLI_XAPI_DEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DEMO_DISKS    2
#define DEMO_RUNS_MAX 8

extern const char *const demo_disks[DEMO_DISKS];

/* Who backs up: a line for a shell, in whose environment are URL, REMOTE, PROGRAM and CLIENTS. */
struct demo_client {
	const char *about;
	const char *ready; /* fails when it is not there */
	const char *backup;
};

struct demo_run {
	int exit_status;
	uint64_t duration_ns;
	char *said;    /* its last line: why it failed */
	bool is_equal; /* what was restored of it, and what the disks held */
};

struct demo {
	char *work; /* a folder of its own; the pool, the remote and the copies lie there */
	char *program, *clients;
	const struct demo_client *client;
	pid_t server; /* 0: none */
	char *url;
	unsigned writes, fillers;
	struct demo_run runs[DEMO_RUNS_MAX];
};

/* 0 or -errno, said, of each that follows. */
typedef int demo_preparer(struct demo *demo);

struct demo_step {
	const char *about;
	demo_preparer *prepare;
	bool succeeds;
};

/* Finds one that is there; -ENOENT, said: none. */
int demo_client_find(struct demo *demo);

/* Other bytes are written to each disk, and what came before is merged. */
demo_preparer demo_write;
/* Snapshots are taken until there is no room for another. */
demo_preparer demo_fill;
/* They go, and with their nodes the room that they took. */
demo_preparer demo_free;

/* Copies what the disks hold, and runs the client. */
int demo_backup(struct demo *demo, size_t run);

/* Restores each run of COUNT that succeeded, and compares. */
int demo_compare(struct demo *demo, size_t count);

#endif
