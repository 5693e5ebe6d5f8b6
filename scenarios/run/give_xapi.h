/* SPDX-License-Identifier: Apache-2.0 */
/*
 * give_xapi.h - clients that are given XAPI: a pool that `snaprig xapi serve` serves on 127.0.0.1,
 * with one VM, whose only disk is the volume.
 *
 * The pool exists from the first backup to the end of the rig, so that a client finds what it has
 * left there, such as the snapshot that its next delta is based on.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_GIVE_XAPI_H
#define SNAPRIG_SCENARIOS_RUN_GIVE_XAPI_H

#include "scenarios/base/process.h"
#include "scenarios/run/run_state.h"

#define XAPI_VM "web"

/* Where the server has its own rigs, below the folder of the run. */
#define XAPI_MOUNTS "/given/pool/POOL.yaml.snaprig/mnt/"

struct xapi_pool;

/* Like give_begin(): starts a pool for the rig of RUN unless one exists; its output goes to
 * LOG_PATH. Its address is xapi_pool_url(). */
int xapi_pool_begin(struct run *run, const char *log_path, struct process_result *ret_result);

/* Returns "http://127.0.0.1:PORT"; NULL if there is no pool. */
const char *xapi_pool_url(const struct run *run);

/* Ends the pool, if there is one.  Call it before the rig ends, because the pool has its disk
 * open. */
void xapi_pool_end(struct run *run);

#endif
