/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/dm_ioctls.h"

#define DEV_SUSPEND 6u

static const struct {
	unsigned nr;
	bool suspends;
	const char *name;
} names[] = {
	{ 0, false, "version" },
	{ 1, false, "remove-all" },
	{ 2, false, "list-devices" },
	{ 3, false, "create" },
	{ 4, false, "remove" },
	{ 5, false, "rename" },
	{ DEV_SUSPEND, true, "suspend" },
	{ DEV_SUSPEND, false, "resume" },
	{ 7, false, "status" },
	{ 8, false, "wait" },
	{ 9, false, "table-load" },
	{ 10, false, "table-clear" },
	{ 11, false, "table-deps" },
	{ 12, false, "table-status" },
	{ 13, false, "list-versions" },
	{ 14, false, "message" },
	{ 15, false, "set-geometry" },
	{ 16, false, "arm-poll" },
	{ 17, false, "target-version" },
};

const char *dm_ioctls_name(unsigned nr, bool suspends)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (names[i].nr == nr && (nr != DEV_SUSPEND || names[i].suspends == suspends))
			return names[i].name;
	}
	return NULL;
}

const char *dm_ioctl_name_at(size_t index)
{
	return index < sizeof names / sizeof names[0] ? names[index].name : NULL;
}
