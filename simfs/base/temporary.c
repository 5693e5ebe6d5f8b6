/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/temporary.h"

#include <errno.h>
#include <stdlib.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

const char *temporary_parent(void)
{
	const char *parent = getenv("TMPDIR");

	return parent && *parent ? parent : "/tmp";
}

int temporary_folder_make(const char *parent, char **ret)
{
	AUTO(auto_free) char *path = heap_format("%s/snaprig-XXXXXX", parent);

	*ret = NULL;
	if (!mkdtemp(path))
		return -errno;
	*ret = TAKE_PTR(path);
	return 0;
}
