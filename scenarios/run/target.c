/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target.c - file systems that fill up, for clients' backups: one for the backups themselves and
 * one for their common repository, each with its present content and as much room in addition.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/process.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

#define TARGET_FLAGS	(MS_NOSUID | MS_NODEV)
#define COPY_TIME_LIMIT (60 * NS_PER_S)

static char *target_folder(const struct run *run)
{
	return heap_format("%s/out", run->work);
}

/* Copies the content of the folder FD, wherever that is now, to the folder at PATH. */
static int contents_copy(int fd, const char *path)
{
	AUTO(auto_free) char *from = heap_format("/proc/%d/fd/%d/.", (int)getpid(), fd);
	const char *const argv[] = { "cp", "-a", "--", from, path, NULL };
	const struct process_order order = {
		.argv = argv,
		.output_path = "/dev/null",
		.time_limit_ns = COPY_TIME_LIMIT,
	};
	struct process_result result;
	int error = process_run(&order, &result);

	if (error < 0)
		return error;
	error = result.exit_status == 0 ? 0 : -EIO;
	process_result_deinit(&result);
	return error;
}

/* Mounts a file system over FOLDER, with its content and BYTES more. */
static int limit_begin(const char *folder, uint64_t bytes)
{
	AUTO(auto_close) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statvfs facts;

	if (fd < 0 || mount("snaprig-target", folder, "tmpfs", TARGET_FLAGS, "mode=0700") < 0)
		return -errno;

	int error = contents_copy(fd, folder);

	if (error == 0 && statvfs(folder, &facts) < 0)
		error = -errno;

	uint64_t used_bytes = error < 0 ? 0 : (facts.f_blocks - facts.f_bfree) * facts.f_frsize;
	AUTO(auto_free) char *options = heap_format("size=%" PRIu64, used_bytes + bytes);

	if (error == 0 && mount(NULL, folder, NULL, TARGET_FLAGS | MS_REMOUNT, options) < 0)
		error = -errno;
	if (error < 0)
		umount2(folder, MNT_DETACH);
	return error;
}

/* Keeps what a client has left there.  A process that still runs keeps its open files. */
static int limit_end(const char *folder)
{
	AUTO(auto_close) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || umount2(folder, MNT_DETACH) < 0)
		return -errno;
	folder_remove(folder);
	return mkdir(folder, 0700) < 0 ? -errno : contents_copy(fd, folder);
}

static int limits_end(struct run *run, const char *folder)
{
	if (!run->has_target)
		return 0;
	run->has_target = false;

	int error = limit_end(folder);
	int repo_error = limit_end(run->repo);

	return error < 0 ? error : repo_error;
}

static int limits_begin(struct run *run, const char *folder, uint64_t bytes)
{
	int error = limit_begin(folder, bytes);

	if (error < 0)
		return error;
	run->has_target = true;
	return limit_begin(run->repo, bytes);
}

enum outcome run_target(struct run *run, const struct step *step, struct reason *reason)
{
	AUTO(auto_free) char *folder = target_folder(run);
	int error = limits_end(run, folder);

	if (error == 0 && step->bytes > 0)
		error = limits_begin(run, folder, step->bytes);
	if (error == 0)
		return OUTCOME_PASSED;
	reason_error(reason, error, "cannot limit the space for backups");
	return error == -EPERM ? OUTCOME_SKIPPED : OUTCOME_ERROR;
}

static bool is_full(const char *folder)
{
	struct statvfs facts;

	return statvfs(folder, &facts) == 0 && facts.f_bavail == 0;
}

bool target_struck(const struct run *run, int exit_status)
{
	AUTO(auto_free) char *folder = target_folder(run);

	/* A client that failed may have removed what filled it. */
	return run->has_target && (exit_status != 0 || is_full(folder) || is_full(run->repo));
}
