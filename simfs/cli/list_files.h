/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_files.h - what the data files of the program say: `snaprig list scenarios` and the like.
 */
#ifndef SNAPRIG_CLI_LIST_FILES_H
#define SNAPRIG_CLI_LIST_FILES_H

#include <jansson.h>

/* Arrays of objects, the caller's; NULL after a message when the folder cannot be read. */
json_t *list_scenarios_json(void);
json_t *list_clients_json(void);
json_t *list_failures_json(void);

#endif
