/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shadow.c - where the oracle finds what the live view holds.
 *
 * With most profiles that is the image.  The bytes of a chain lie in several files, which
 * only the rig can put together.  So there is a shadow of it: a copy of the image to which
 * our writers write the same bytes (load.c), and nothing of it passes the rig.  What a writer
 * was about to write when a snapshot was taken may be in the snapshot and not yet in the
 * shadow, or not at all: the ledger knows, and gives the digest its doubts.
 */
#include "scenarios/base/files.h"
#include "scenarios/run/run_left.h"
#include "scenarios/run/run_points.h"
#include "scenarios/run/run_state.h"

int shadow_make(struct run *run, struct reason *reason)
{
	char *path;
	int error;

	if (run->shadow)
		return 0;
	path = work_path(run, "oracle", "shadow.img");
	error = file_copy(run->image, path);
	run->shadow = path;
	return error < 0 ? reason_error(reason, error, "cannot copy '%s'", run->image) : 0;
}

const char *truth_path(const struct run *run)
{
	return run->shadow ? run->shadow : run->image;
}

int live_digest(const struct run *run, struct reason *reason, struct digest **ret)
{
	/* A chain's is what is to be judged, and the ledger is what it is compared with. */
	const char *path = run->shadow ? run->live : run->image;
	int error = digest_create(path, ret);

	return error < 0 ? reason_error(reason, error, "cannot digest '%s'", path) : 0;
}
