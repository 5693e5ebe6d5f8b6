/* SPDX-License-Identifier: Apache-2.0 */
/* reference_xapi_lost.h - what a pool does though its answer has got lost. */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_LOST_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_LOST_H

struct xapi;

/*
 * Waits for every task of METHOD, an Async. one, that the pool has: whoever did not get its
 * reference must wait so before they clean up.  A pool that does not tell of them is not waited
 * for.
 */
void xapi_lost_await(struct xapi *xapi, const char *method);

#endif
