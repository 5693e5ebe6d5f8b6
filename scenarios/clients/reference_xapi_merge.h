/* SPDX-License-Identifier: Apache-2.0 */
/* reference_xapi_merge.h - merges a VHD with its parent. */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_MERGE_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_MERGE_H

#include <jansson.h>

/*
 * Makes the file CHILD, which differs from the file PARENT, contain its whole disk.  CHILD keeps
 * its name and uuid, so its own children stay valid.  PARENT is unchanged, and CHILD is complete
 * at every moment: the new file is written beside it and replaces it. Returns NULL, or an error
 * (reference_xo_error.h).
 */
json_t *xapi_vhd_merge(const char *parent, const char *child);

#endif
