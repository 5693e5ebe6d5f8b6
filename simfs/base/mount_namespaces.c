/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/mount_namespaces.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

bool mount_namespaces_add(struct mount_namespaces *met, const char *pid, uint64_t *ret_inode)
{
	char path[64], name[64];
	ssize_t length;

	snprintf(path, sizeof path, "/proc/%.15s/ns/mnt", pid);
	length = readlink(path, name, sizeof name - 1);
	if (length < 0 || met->count == MOUNT_NAMESPACES_MAX)
		return false;
	name[length] = '\0';
	if (sscanf(name, "mnt:[%" SCNu64 "]", ret_inode) != 1)
		return false;
	for (unsigned i = 0; i < met->count; i++)
		if (met->inodes[i] == *ret_inode)
			return false;
	met->inodes[met->count++] = *ret_inode;
	return true;
}
