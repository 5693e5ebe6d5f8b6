/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/intercept/preload_environment.h"
#include "simfs/doors/dm/preload/wire.h"

bool preload_is_wanted(void)
{
	const char *way = getenv("SNAPRIG_LVM_INTERCEPT");

	return way && strcmp(way, "preload") == 0;
}

bool preload_is_inside(void)
{
	return access(PRELOAD_SOCKET, F_OK) == 0;
}

int preload_environment(void)
{
	const char *others = getenv("LD_PRELOAD");
	AUTO(auto_free) char *value = NULL;

	if (asprintf(&value, PRELOAD_LIBRARY "%s%s", others && *others ? ":" : "",
		    others ? others : "") < 0)
		return -ENOMEM;
	return setenv("LD_PRELOAD", value, true) < 0 ? -errno : 0;
}
