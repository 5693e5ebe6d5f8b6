/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_import.h - imports a VHD into a disk of a pool.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_IMPORT_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_IMPORT_H

#include <jansson.h>

struct xapi;

/*
 * Imports the file PATH, a VHD, into VDI (a reference), called LABEL: first asks whether the pool
 * accepts it, then sends it, and waits for the answer and the task.  A differencing VHD is written
 * over the disk's content.  Returns NULL if all of it was imported, or an error
 * (reference_xo_error.h).
 */
json_t *xapi_import(struct xapi *xapi, const char *vdi, const char *label, const char *path);

#endif
