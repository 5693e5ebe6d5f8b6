/* SPDX-License-Identifier: Apache-2.0 */
/* list.h - the lists of `snaprig list`. */
#ifndef SNAPRIG_CLI_LIST_H
#define SNAPRIG_CLI_LIST_H

#include <jansson.h>

/*
 * The list of `snaprig list NAME --json` as an array of objects, which the caller frees.  NULL if
 * there is no such list, or, after a message, if it cannot be read.
 */
json_t *list_collect(const char *name);

#endif
