/* SPDX-License-Identifier: Apache-2.0 */
/* list.h - what `snaprig list` lists. */
#ifndef SNAPRIG_CLI_LIST_H
#define SNAPRIG_CLI_LIST_H

#include <jansson.h>

/* What `snaprig list NAME --json` lists, an array of objects, the caller's.  NULL: there is no
 * such list, or, after a message, it cannot be read. */
json_t *list_collect(const char *name);

#endif
