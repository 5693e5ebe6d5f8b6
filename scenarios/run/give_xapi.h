/* SPDX-License-Identifier: Apache-2.0 */
/*
 * give_xapi.h - clients that are given XAPI: a pool that `snaprig xapi serve` serves on 127.0.0.1,
 * with one VM, whose one disk is the volume.
 *
 * The pool is there from the first backup to the end of the rig: what a client has left in it, a
 * snapshot to go on from, is there for the next one.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_GIVE_XAPI_H
#define SNAPRIG_SCENARIOS_RUN_GIVE_XAPI_H

#include "scenarios/base/process.h"
#include "scenarios/run/run_state.h"

#define XAPI_VM "web"

/* Where the server has its own rigs, below the folder of the run. */
#define XAPI_MOUNTS "/given/pool/POOL.yaml.snaprig/mnt/"

struct xapi_pool;

/* As give_begin(): serves one for the rig of RUN unless there is one already; what it says goes to
 * LOG_PATH.  Its address is xapi_pool_url(). */
int xapi_pool_begin(struct run *run, const char *log_path, struct process_result *ret_result);

/* "http://127.0.0.1:PORT"; NULL: there is none. */
const char *xapi_pool_url(const struct run *run);

/* Before the rig ends, whose disk it has open.  Without one nothing is done. */
void xapi_pool_end(struct run *run);

#endif
