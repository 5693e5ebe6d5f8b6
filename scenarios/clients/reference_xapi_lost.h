/* SPDX-License-Identifier: Apache-2.0 */
/* reference_xapi_lost.h - calls that a pool carries out although their answer was lost. */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_LOST_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_LOST_H

struct xapi;

/*
 * Waits for every task of METHOD (an Async. one) in the pool.  A caller that did not get the
 * reference of its task must wait like this before it cleans up.  Does not wait if the pool does
 * not list its tasks.
 */
void xapi_lost_await(struct xapi *xapi, const char *method);

#endif
