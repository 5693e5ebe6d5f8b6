/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xapi_bench.h - a whole pool server in the test's own process, whose rig is a folder: plain files
 * for the live view and a snapshot, and a thread that is asked for faults.
 */
#ifndef SNAPRIG_TESTS_UNIT_XAPI_BENCH_H
#define SNAPRIG_TESTS_UNIT_XAPI_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "simfs/doors/xapi/calls/tasks.h"
#include "simfs/doors/xapi/disks/disks.h"
#include "simfs/doors/xapi/http/http.h"
#include "simfs/doors/xapi/server/routes.h"

#define BENCH_DISK_BYTES    (5u << 20)
#define BENCH_LIVE	    "mnt/live"
#define BENCH_SNAPSHOT	    "mnt/snapshots/" BENCH_SNAPSHOT_UUID

#define BENCH_SNAPSHOT_UUID "11111111-2222-3333-4444-555555555555"
#define BENCH_SAID_MAX	    65536

struct xapi_bench {
	struct pool_config *config;
	struct pool *pool;
	struct disks *disks;
	struct routes routes;
	struct http_server *http;
	struct transfer_options transfer_options;

	char session[POOL_REF_BYTES];
	char vm[POOL_REF_BYTES]; /* halted, with one disk ... */
	char leaf[POOL_REF_BYTES];
	char leaf_uuid[POOL_UUID_BYTES];
	char snapshot[POOL_REF_BYTES]; /* ... that has one snapshot */
};

extern struct xapi_bench xapi_bench;

/* For a checked fixture: in a folder of its own, served at xapi_bench.http. */
void xapi_bench_setup(void);
void xapi_bench_teardown(void);

/* A call in the session; ARGUMENTS "" or JSON that begins with a comma.  Its result, or [CODE,
 * PARAMETER...] of its failure, as a text; free() it. */
char *xapi_bench_call(const char *method, const char *arguments);

/* The same of a call whose one argument is a reference. */
char *xapi_bench_call_of(const char *method, const char *ref);

#define ck_called(method, ref, wanted)                                                             \
	do {                                                                                       \
		AUTO(auto_free) char *text_ = xapi_bench_call_of(method, ref);                     \
		ck_assert_str_eq(text_, wanted);                                                   \
	} while (0)

/* A pending task of a client, into REF of TASK_REF_MAX bytes. */
void xapi_bench_task(char *ref);

/* What has become of it, once it is not pending any more: "success", "failure CODE|PARAMETER".  In
 * a buffer of the bench.  Fails when it is pending for ten seconds. */
const char *xapi_bench_task_tells(const char *ref);

/* What the live view holds at OFFSET. */
void xapi_bench_live(void *bytes, size_t offset, size_t length);

/* ---- its client ---- */

int xapi_bench_dial(void);
void xapi_bench_say(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* All that comes until the end, into SAID of BENCH_SAID_MAX bytes; what is more is dropped.  How
 * much it was, or -errno. */
long xapi_bench_hear(int fd, char *said);

/* "GET /PATH?vdi=VDI&session_id=...&task_id=TASK&QUERY", up to its headers' end. */
void xapi_bench_export(int fd, const char *vdi, const char *task, const char *query);

/* The same of PUT, with LENGTH bytes that are to come. */
void xapi_bench_import(int fd, const char *vdi, const char *task, const char *query, size_t length);

/* ---- its rig ---- */

/* From now on the rig answers questions for faults, with no fault ... */
void xapi_bench_rig_begin(void);

/* ... or with REPLY, a constant, or with no answer, while that is so. */
void xapi_bench_rig_strike(const char *reply);
void xapi_bench_rig_hang(bool hangs);

/* How many questions it was asked in which WORD is. */
unsigned xapi_bench_rig_asked(const char *word);

#endif
