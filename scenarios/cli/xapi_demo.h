/* SPDX-License-Identifier: Apache-2.0 */
/* xapi_demo.h - the parts of snaprig xapi demo. */
#ifndef SNAPRIG_SCENARIOS_CLI_XAPI_DEMO_H
#define SNAPRIG_SCENARIOS_CLI_XAPI_DEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DEMO_DISKS    2
#define DEMO_RUNS_MAX 8

extern const char *const demo_disks[DEMO_DISKS];

/* A backup client: shell commands with URL, REMOTE, PROGRAM and CLIENTS in their environment. */
struct demo_client {
	const char *about;
	const char *ready; /* fails if the client is not available */
	const char *backup;
};

struct demo_run {
	int exit_status;
	uint64_t duration_ns;
	char *said;    /* its last line of output: why it failed */
	bool is_equal; /* the restored content equals that of the disks */
};

struct demo {
	char *work; /* a temporary folder with the pool, the remote and the copies */
	char *program, *clients;
	const struct demo_client *client;
	pid_t server; /* 0: none */
	char *url;
	unsigned writes, fillers;
	struct demo_run runs[DEMO_RUNS_MAX];
};

/* Each of the following returns 0 or -errno, and reports an error. */
typedef int demo_preparer(struct demo *demo);

struct demo_step {
	const char *about;
	demo_preparer *prepare;
	bool succeeds;
};

/* Finds an available client; -ENOENT if there is none. */
int demo_client_find(struct demo *demo);

/* Writes other bytes to each disk, and merges earlier ones. */
demo_preparer demo_write;
/* Takes snapshots until there is no room for another. */
demo_preparer demo_fill;
/* Deletes these snapshots, and with their nodes frees the room that they took. */
demo_preparer demo_free;

/* Copies the content of the disks, and runs the client. */
int demo_backup(struct demo *demo, size_t run);

/* Restores each successful run of COUNT runs, and compares. */
int demo_compare(struct demo *demo, size_t count);

#endif
