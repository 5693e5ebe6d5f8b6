/* SPDX-License-Identifier: Apache-2.0 */
/* xapi.c - snaprig xapi: a XenServer pool whose disks are rigs, and its backups. */
#include <stddef.h>

#include "simfs/cli/command_table.h"

const struct command_line *const xapi_actions[] = {
	&xapi_serve_action,
	&xapi_demo_action,
	&xapi_call_action,
	&xapi_flatten_action,
	&xapi_restore_action,
	NULL,
};
