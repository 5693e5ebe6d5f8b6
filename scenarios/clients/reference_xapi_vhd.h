/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_vhd.h - a VHD that has come from a pool: is it whole, and whose is it?
 *
 * It reads nothing but what a backup has to know of a VHD; what a chain of them contains,
 * `snaprig xapi` reads.
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
	char parent_uuid[XAPI_UUID_BYTES]; /* of a differencing one */
	char parent_name[XAPI_NAME_BYTES]; /* what is no ASCII is '?' */
	uint64_t size_bytes;		   /* of the disk */
	bool is_differencing;		   /* it needs a parent */
	uint64_t blocks;		   /* that it has */
	uint64_t header_offset;
	uint64_t end_footer; /* where the second footer is */
};

/*
 * Looks at the whole file FD, of LENGTH bytes: both footers, the header, the table, and that the
 * last block is there.  NULL and *RET, or an error (reference_xo_error.h).
 */
json_t *xapi_vhd_check(int fd, uint64_t length, struct xapi_vhd *ret);

/*
 * The same of a file that lies somewhere: what is compared first are the footers at its both ends,
 * of which the second is not there any more in one that was cut.
 */
json_t *xapi_vhd_check_file(const char *path, struct xapi_vhd *ret);

/*
 * Writes into the file that it is UUID's and, of a differencing one, that its parent is
 * PARENT_UUID, in the file PARENT_NAME beside it.  0 or -errno.
 */
int xapi_vhd_name(int fd, const struct xapi_vhd *vhd, const char *uuid, const char *parent_uuid,
	const char *parent_name);

/* The uuid in the footer of the file PATH, into RET of XAPI_UUID_BYTES.  0, -EINVAL or -errno. */
int xapi_vhd_uuid(const char *path, char *ret);

#endif
