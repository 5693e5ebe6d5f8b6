/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_version.c - stores of a format that this program does not know.
 *
 * It cannot know what is damaged in one, or what depends on it. So the mount fails, and all
 * stores are checked before anything is changed: the version that wrote them finds everything
 * as it left it.
 */
#include <errno.h>

#include "simfs/base/log.h"
#include "simfs/volume/core.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/state.h"

static int check(const char *file, void *context)
{
	struct blockio_folder *folder = context;
	uint32_t version = 0;

	if (state_has_suffix(file, STORE_SUFFIX) || state_has_suffix(file, KEPT_SUFFIX) ||
		state_has_suffix(file, NODE_SUFFIX))
		version = store_other_version(folder, file);
	if (version == 0)
		return 0;
	log_error("'%s' is of format %u, and this version of snaprig knows format %u: mount the "
		  "volume with the version that wrote it, or remove the file with everything in it",
		file, version, STORE_FORMAT_VERSION);
	return -EUCLEAN;
}

int state_check_versions(struct blockio_folder *folder)
{
	return folder->ops->list(folder, check, folder);
}
