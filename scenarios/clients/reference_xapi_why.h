/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_why.h - the cause of a failed transfer, as the host reports it in its task.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_WHY_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_WHY_H

#include <jansson.h>

struct xapi;

/*
 * Returns the error of TASK instead of FAILURE, which it takes over; or FAILURE, if the task has
 * not failed.  A host closes the connection a moment before its task fails, so this waits briefly.
 */
json_t *xapi_why(struct xapi *xapi, const char *task, json_t *failure);

#endif
