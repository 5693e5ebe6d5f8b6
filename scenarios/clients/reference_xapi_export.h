/* SPDX-License-Identifier: Apache-2.0 */
/* reference_xapi_export.h - a disk comes as a stream and becomes a file of the remote. */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_EXPORT_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_EXPORT_H

#include <stdint.h>

#include <jansson.h>

struct xapi;

struct xapi_export {
	const char *vdi;       /* the snapshot's reference ... */
	const char *vdi_uuid;  /* ... and uuid */
	const char *label;     /* of the disk */
	const char *base;      /* the reference of the snapshot that it is a delta to; NULL: full */
	const char *base_uuid; /* its uuid */
	const char *parent_name; /* the file of that, beside PATH */
	const char *path;	 /* the file that it becomes */
};

/*
 * Fetches a VHD, in a task of the pool's, into a file that appears when all of it is there, the
 * task has succeeded, and it is what was asked for.  NULL and its length, or an error.
 */
json_t *xapi_export(struct xapi *xapi, const struct xapi_export *wish, uint64_t *ret_bytes);

#endif
