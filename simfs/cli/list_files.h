/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_files.h - lists of the program's data files: `snaprig list scenarios` and the like.
 */
#ifndef SNAPRIG_CLI_LIST_FILES_H
#define SNAPRIG_CLI_LIST_FILES_H

#include <jansson.h>

/* Arrays of objects, which the caller frees; NULL after a message if the folder cannot be read. */
json_t *list_scenarios_json(void);
json_t *list_clients_json(void);
json_t *list_failures_json(void);

#endif
