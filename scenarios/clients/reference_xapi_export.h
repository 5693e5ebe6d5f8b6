/* SPDX-License-Identifier: Apache-2.0 */
/* reference_xapi_export.h - fetches a disk as a stream, which becomes a file of the remote. */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_EXPORT_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_EXPORT_H

#include <stdint.h>

#include <jansson.h>

struct xapi;

struct xapi_export {
	const char *vdi;	 /* the snapshot's reference */
	const char *vdi_uuid;	 /* the snapshot's uuid */
	const char *label;	 /* of the disk */
	const char *base;	 /* reference of the snapshot that it is a delta to; NULL: full */
	const char *base_uuid;	 /* uuid of that snapshot */
	const char *parent_name; /* that snapshot's file, beside PATH */
	const char *path;	 /* the file to create */
};

/*
 * Fetches a VHD, in a task of the pool.  The file appears only if the VHD is complete, the task
 * has succeeded, and it is what was asked for.  Returns NULL with its length, or an error.
 */
json_t *xapi_export(struct xapi *xapi, const struct xapi_export *wish, uint64_t *ret_bytes);

#endif
