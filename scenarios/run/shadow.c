/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shadow.c - where the oracle finds the content of the live view.
 *
 * For most profiles, that is the image.  The data of a chain is spread over several files, which
 * only the rig can combine.  So a chain has a shadow: a copy of the image to which our writers
 * write the same bytes (load.c), without involving the rig.  A write that was in flight when a
 * snapshot was taken may be in the snapshot but not yet in the shadow, or the reverse: the ledger
 * knows these, and adds them to the digest as doubts.
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
	/* The live view of a chain is judged itself, by comparing it with the ledger. */
	const char *path = run->shadow ? run->live : run->image;
	int error = digest_create(path, ret);

	return error < 0 ? reason_error(reason, error, "cannot digest '%s'", path) : 0;
}
