/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_why.h - why a transfer has failed: what the host says by its task.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_WHY_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_WHY_H

#include <jansson.h>

struct xapi;

/*
 * What TASK has failed with, in place of FAILURE, which is taken; or FAILURE, when it has not.  A
 * host ends the connection first, and its task a moment later: for that it is waited a little.
 */
json_t *xapi_why(struct xapi *xapi, const char *task, json_t *failure);

#endif
