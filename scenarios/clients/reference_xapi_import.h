/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_import.h - a VHD that goes into a disk of a pool.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_IMPORT_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_IMPORT_H

#include <jansson.h>

struct xapi;

/*
 * Puts the file PATH, a VHD, onto VDI (a reference), called LABEL: asks first whether it would be
 * taken, sends it, and waits for the answer and for the task.  One that is differencing goes over
 * what is there.  NULL: all of it is there; or an error (reference_xo_error.h).
 */
json_t *xapi_import(struct xapi *xapi, const char *vdi, const char *label, const char *path);

#endif
