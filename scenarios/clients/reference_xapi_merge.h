/* SPDX-License-Identifier: Apache-2.0 */
/* reference_xapi_merge.h - a VHD and the one that differs from it become one. */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_MERGE_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_MERGE_H

#include <jansson.h>

/*
 * Makes the file CHILD, which differs from the file PARENT, one that has all of its disk.  It keeps
 * its name and its uuid, so that what differs from it goes on to.  PARENT stays as it is, and CHILD
 * is whole at every moment: the new one is written beside it and takes its place.
 * NULL, or an error (reference_xo_error.h).
 */
json_t *xapi_vhd_merge(const char *parent, const char *child);

#endif
