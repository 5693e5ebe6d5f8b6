/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/rigs.h"

#include <errno.h>
#include <stdlib.h>

#define MOUNT_TYPE "fuse.snaprig"

void rigs_find(uid_t user, struct mount_survey *ret)
{
	size_t kept = 0;

	mount_survey_find(MOUNT_TYPE, ret);
	for (size_t at = 0; at < ret->count; at++) {
		struct mount_place *place = &ret->places[at];

		if (user == UID_ANY || place->user == user) {
			ret->places[kept++] = *place;
		} else {
			free(place->path);
			free(place->source);
		}
	}
	ret->count = kept;
}

const char *rigs_state(int error)
{
	switch (error) {
	case 0:
		return "answers";
	case -ETIMEDOUT:
		return "silent";
	case -ENOTCONN:
	case -ECONNREFUSED:
	case -ECONNRESET:
	case -ECONNABORTED:
		return "gone";
	case -EACCES:
	case -EPERM:
		return "another user's";
	default:
		return "out of reach";
	}
}
