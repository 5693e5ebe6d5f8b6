/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_vhd.h - checks a VHD received from a pool: whether it is complete, and of what.
 *
 * It reads only what a backup must know about a VHD; `snaprig xapi` reads what a chain contains.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_VHD_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_VHD_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/* "01234567-89ab-…" with its NUL. */
#define XAPI_UUID_BYTES 37

/* A parent's name in its child. */
#define XAPI_NAME_BYTES 257

struct xapi_vhd {
	char uuid[XAPI_UUID_BYTES];
	char parent_uuid[XAPI_UUID_BYTES]; /* of a differencing VHD */
	char parent_name[XAPI_NAME_BYTES]; /* non-ASCII characters become '?' */
	uint64_t size_bytes;		   /* of the disk */
	bool is_differencing;		   /* it has a parent */
	uint64_t blocks;		   /* allocated blocks */
	uint64_t header_offset;
	uint64_t end_footer; /* offset of the second footer */
};

/*
 * Checks the complete file FD, of LENGTH bytes: both footers, the header, the table, and that the
 * last block is there.  Returns NULL with *RET, or an error (reference_xo_error.h).
 */
json_t *xapi_vhd_check(int fd, uint64_t length, struct xapi_vhd *ret);

/*
 * The same for a file at PATH.  It first compares the footers at both ends, because a truncated
 * file has lost the second one.
 */
json_t *xapi_vhd_check_file(const char *path, struct xapi_vhd *ret);

/*
 * Writes UUID into the file, and, if it is differencing, that its parent is PARENT_UUID, in the
 * file PARENT_NAME beside it.  Returns 0 or -errno.
 */
int xapi_vhd_name(int fd, const struct xapi_vhd *vhd, const char *uuid, const char *parent_uuid,
	const char *parent_name);

/* Reads the uuid in the footer of the file PATH into RET (XAPI_UUID_BYTES).  Returns 0, -EINVAL or
 * -errno. */
int xapi_vhd_uuid(const char *path, char *ret);

#endif
