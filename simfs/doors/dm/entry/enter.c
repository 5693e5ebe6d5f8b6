/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/entry/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/entry/enter_internal.h"
#include "simfs/doors/dm/world/world.h"

/* The control node's numbers, the same in every kernel. */
#define CONTROL_NODE makedev(10, 236)

#define CONTROL_FILE WORLD_NODEV "/control"
#define DEVICES_FILE WORLD_FOLDER "/devices"

/* Nodes, small texts, and the files of programs in /dev/shm. */
#define TMPFS_OPTIONS "mode=0755,size=50%"

/* ---- the supervisor's ---- */

static int leave_namespace(void)
{
	int result = 0;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0) {
		result = -errno;
		log_error_code(result, "cannot make a mount namespace");
	}
	return result;
}

static int make_folders(void)
{
	static const char *const folders[] = { WORLD_SYS, WORLD_SYS "/block", WORLD_SYS "/dev",
		WORLD_SYS "/dev/block", WORLD_SYS "/class", WORLD_SYS "/class/block", WORLD_LVM,
		WORLD_DISKS, WORLD_RIGS, WORLD_DEV, WORLD_NODEV };
	int result = enter_folder(WORLD_FOLDER, 0700);

	if (result == 0)
		result = enter_tmpfs(WORLD_FOLDER, MS_NOSUID | MS_NOEXEC, TMPFS_OPTIONS);
	for (size_t at = 0; result == 0 && at < sizeof folders / sizeof folders[0]; at++)
		result = enter_folder(folders[at], 0755);
	if (result == 0)
		result = enter_tmpfs(WORLD_DEV, MS_NOSUID | MS_NOEXEC, TMPFS_OPTIONS);
	if (result == 0)
		result = enter_tmpfs(WORLD_NODEV, MS_NOSUID | MS_NOEXEC | MS_NODEV, TMPFS_OPTIONS);
	return result;
}

static int make_files(const struct world *world)
{
	AUTO(auto_free) char *devices = enter_devices_text();
	int result = devices ? enter_text(DEVICES_FILE, devices) : -ENOMEM;

	if (result == 0)
		result = enter_make_dev(WORLD_DEV);
	if (result == 0)
		result = enter_make_lvm(WORLD_LVM, world->options.monitor, world->has_udev);
	/* On a nodev mount: it looks like the node, but cannot be opened. */
	if (result == 0 && mknod(CONTROL_FILE, S_IFCHR | 0600, CONTROL_NODE) < 0) {
		result = -errno;
		log_error_code(result, "cannot make a control node");
	}
	return result < 0 ? result : enter_text(WORLD_DEV "/mapper/control", "");
}

int enter_supervisor(struct world *world)
{
	int result = leave_namespace();

	if (result == 0)
		result = enter_cover_run(world->has_udev);
	if (result == 0)
		result = make_folders();
	return result < 0 ? result : make_files(world);
}

/* ---- the world's ---- */

struct cover {
	const char *source, *target;
	int may_be_missing; /* the target: then nothing must be hidden */
};

static const struct cover covers[] = {
	{ "/dev/pts", WORLD_DEV "/pts", 1 },
	{ CONTROL_FILE, WORLD_DEV "/mapper/control", 0 },
	{ WORLD_DEV, "/dev", 0 },
	{ DEVICES_FILE, "/proc/devices", 0 },
	{ WORLD_SYS "/block", "/sys/block", 1 },
	{ WORLD_SYS "/dev/block", "/sys/dev/block", 1 },
	{ WORLD_SYS "/class/block", "/sys/class/block", 1 },
	{ WORLD_LVM, "/etc/lvm", 1 },
};

static int cover_all(void)
{
	int result = 0;

	for (size_t at = 0; result == 0 && at < sizeof covers / sizeof covers[0]; at++) {
		const struct cover *cover = &covers[at];

		if (cover->may_be_missing &&
			(access(cover->target, F_OK) < 0 || access(cover->source, F_OK) < 0))
			continue;
		result = enter_bind(cover->source, cover->target);
	}
	/* The binds stay; the world must not see the rest. */
	if (result == 0 && umount2(WORLD_FOLDER, MNT_DETACH) < 0) {
		result = -errno;
		log_error_code(result, "cannot hide '%s'", WORLD_FOLDER);
	}
	return result;
}

/* So that semaphores of a tool that was killed while it waited for udev end with the world. */
static int leave_semaphores(void)
{
	int result = unshare(CLONE_NEWIPC) < 0 ? -errno : 0;

	if (result < 0)
		log_error_code(result, "cannot make a namespace of semaphores");
	return result;
}

/* Writes to DONE once its namespaces are ready, and lives until LEAVE is closed. */
__attribute__((noreturn)) static void become_world(int done, int leave)
{
	char byte = 0;

	if (leave_namespace() < 0 || leave_semaphores() < 0 || cover_all() < 0)
		_exit(1);
	(void)!write(done, &byte, 1);
	(void)!read(leave, &byte, 1);
	_exit(0);
}

static int take_namespace(struct world *world, pid_t child, int done)
{
	struct stat facts;
	char path[64], byte;

	if (read(done, &byte, 1) != 1)
		return -EIO; /* it has logged why */
	snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)child);
	world->namespace_fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof path, "/proc/%d/ns/ipc", (int)child);
	world->ipc_fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof path, "/proc/%d/root", (int)child);
	world->root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (world->namespace_fd < 0 || world->ipc_fd < 0 || world->root_fd < 0 ||
		stat(WORLD_DEV, &facts) < 0)
		return -errno;
	world->dev_device = facts.st_dev;
	return 0;
}

int enter_make_world(struct world *world)
{
	int done[2], leave[2], result;
	pid_t child;

	if (pipe2(done, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(leave, O_CLOEXEC) < 0) {
		result = -errno;
		close(done[0]);
		close(done[1]);
		return result;
	}
	child = fork();
	if (child == 0) {
		close(leave[1]);
		become_world(done[1], leave[0]);
	}
	result = child < 0 ? -errno : 0;
	close(done[1]);
	close(leave[0]);
	if (result == 0)
		result = take_namespace(world, child, done[0]);
	close(done[0]);
	close(leave[1]);
	if (child > 0)
		waitpid(child, NULL, 0);
	return result;
}
