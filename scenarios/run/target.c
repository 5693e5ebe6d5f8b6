/* SPDX-License-Identifier: Apache-2.0 */
/* target.c - a file system that fills up, where clients put their backups. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "scenarios/base/heap.h"
#include "scenarios/run/runner_internal.h"
#include "simfs/base/cleanup.h"

static char *target_folder(const struct run *run)
{
	return heap_format("%s/out", run->work);
}

enum outcome run_target(struct run *run, const struct step *step, struct reason *reason)
{
	AUTO(auto_free) char *folder = target_folder(run);
	AUTO(auto_free) char *options = heap_format("mode=0700,size=%" PRIu64, step->bytes);

	/* Whoever is still there keeps what he has open. */
	if (run->has_target)
		umount2(folder, MNT_DETACH);
	run->has_target = false;
	if (step->bytes == 0)
		return OUTCOME_PASSED;
	if (mount("snaprig-target", folder, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0) {
		int error = -errno;

		reason_error(reason, error, "cannot limit the room for backups");
		return error == -EPERM ? OUTCOME_SKIPPED : OUTCOME_ERROR;
	}
	run->has_target = true;
	return OUTCOME_PASSED;
}

bool target_struck(const struct run *run, int exit_status)
{
	AUTO(auto_free) char *folder = target_folder(run);
	struct statvfs facts;

	/* One that has failed may have removed what filled it. */
	return run->has_target &&
	       (exit_status != 0 || (statvfs(folder, &facts) == 0 && facts.f_bavail == 0));
}
