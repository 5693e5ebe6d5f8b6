/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/give.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/run/file_systems.h"
#include "scenarios/run/give_nbd.h"
#include "scenarios/run/give_xapi.h"
#include "scenarios/run/rig_mounts.h"
#include "scenarios/run/run_left.h"
#include "scenarios/run/run_points.h"
#include "scenarios/run/run_volume.h"
#include "scenarios/run/user_mount.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

#define ORACLE_LIMIT_NS (60 * NS_PER_S)

/* Returns whether a user can: a tree can be given or compared, but not a device. */
static bool user_can_mount(const struct client *client, struct reason *reason)
{
	static const char *const programs[] = { USER_MOUNT_PROGRAM, USER_UNMOUNT_PROGRAM };

	if (client->gives == CLIENT_GIVES_DEVICE || client->gives == CLIENT_GIVES_LVM) {
		reason_set(reason, "client '%s' gets %s, which needs root", client->name,
			client->gives == CLIENT_GIVES_LVM ? "LVM" : "a loop device");
		return false;
	}
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		if (process_program_exists(programs[i]))
			continue;
		reason_set(reason,
			"client '%s' is compared with a mounted tree, which needs root or the "
			"program '%s'",
			client->name, programs[i]);
		return false;
	}
	return true;
}

bool give_is_possible(const struct client *client, struct reason *reason)
{
	static const char *const programs[] = { "losetup", "mount" };
	static const char *const lvm_programs[] = { "lvm", "dmsetup" };
	bool has_tree = client->compares == CLIENT_COMPARES_TREE;

	if (client->gives == CLIENT_GIVES_NBD && !process_program_exists(NBD_PROGRAM)) {
		reason_set(reason,
			"client '%s' gets an NBD server, but there is no program '%s' "
			"(package %s)",
			client->name, NBD_PROGRAM, NBD_PROGRAM);
		return false;
	}
	if ((client->gives == CLIENT_GIVES_FILE || client->gives == CLIENT_GIVES_NBD ||
		    client->gives == CLIENT_GIVES_XAPI) &&
		!has_tree)
		return true;
	if (geteuid() != 0)
		return user_can_mount(client, reason);
	for (size_t i = 0; client->gives == CLIENT_GIVES_LVM && i < 2; i++) {
		if (process_program_exists(lvm_programs[i]))
			continue;
		reason_set(reason, "client '%s' uses LVM, but there is no program '%s' (%s)",
			client->name, lvm_programs[i], "packages lvm2 and dmsetup");
		return false;
	}
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		if (process_program_exists(programs[i]))
			continue;
		reason_set(reason, "client '%s' needs the program '%s'", client->name, programs[i]);
		return false;
	}
	if (access("/dev/loop-control", R_OK | W_OK) == 0)
		return true;
	reason_error(reason, -errno, "client '%s' needs loop devices, and '/dev/loop-control'",
		client->name);
	return false;
}

/* A mount namespace that another process made meanwhile has a copy of the mount, and keeps the
 * device in use: that is not a leak of the client. */
static void detach(struct run *run, const char *mount_point, const char *device, pid_t server)
{
	user_mount_stop(mount_point, server);
	if (server == 0)
		file_system_detach(mount_point, device);
	if (!device || !loop_is_attached(device))
		return;
	run->kept_loops = heap_grow(run->kept_loops, run->kept_loop_count, sizeof(char *));
	run->kept_loops[run->kept_loop_count++] = heap_copy(device);
}

void give_end(struct run *run, struct given *given)
{
	nbd_server_stop(given->server);
	detach(run, given->mount_point, given->device, given->file_system);
	if (given->mount_point)
		rmdir(given->mount_point);
	free(given->path);
	free(given->device);
	free(given->mount_point);
	*given = (struct given){ 0 };
}

/* Like file_system_attach() or user_mount_start(), whichever this user may use. */
static int attach(const struct attach_order *order, struct process_result *ret, char **ret_device,
	pid_t *ret_server)
{
	if (geteuid() != 0)
		return user_mount_start(order, ret, ret_server);
	return file_system_attach(order, ret, ret_device);
}

/* Like give_begin(), for FILE. */
static int nbd_give(const struct run *run, const struct run_backup *backup, const char *file,
	struct given *ret, struct process_result *ret_result)
{
	AUTO(auto_free) char *folder = work_path(run, "given", backup->name);
	struct nbd_order order = {
		.file = file,
		.folder = folder,
		.log_path = backup->log_path,
		.time_limit_ns = run->scenario->time_limit_ns,
	};
	int error = nbd_server_start(&order, ret_result, &ret->server);

	if (ret->server)
		ret->path = heap_copy(nbd_server_uri(ret->server));
	return error;
}

int give_begin(struct run *run, const struct run_backup *backup, struct given *ret,
	struct process_result *ret_result)
{
	AUTO(auto_free)
	char *file = heap_format("%s/snapshots/%s", run->mount_point, backup->of);
	struct attach_order order = {
		.file = file,
		.image = truth_path(run),
		.log_path = backup->log_path,
		.time_limit_ns = run->scenario->time_limit_ns,
		.killed = faults_let_go,
		.context = run,
	};
	int error;

	*ret = (struct given){ 0 };
	if (run->client->gives == CLIENT_GIVES_FILE) {
		ret->path = TAKE_PTR(file);
		return 0;
	}
	if (run->client->gives == CLIENT_GIVES_LVM) {
		ret->path = heap_copy(backup->of);
		return 0;
	}

	if (run->client->gives == CLIENT_GIVES_XAPI) {
		ret->path = heap_copy(backup->of);
		return xapi_pool_begin(run, backup->log_path, ret_result);
	}
	if (run->client->gives == CLIENT_GIVES_NBD)
		return nbd_give(run, backup, file, ret, ret_result);

	AUTO(auto_free) char *mount_point = work_path(run, "given", backup->name);

	if (run->client->gives == CLIENT_GIVES_TREE) {
		if (mkdir(mount_point, 0700) < 0)
			return -errno;
		order.mount_point = mount_point;
	}
	error = attach(&order, ret_result, &ret->device, &ret->file_system);
	if (error < 0 || (!ret->device && ret->file_system == 0))
		return error;
	process_result_deinit(ret_result);
	if (order.mount_point)
		ret->mount_point = TAKE_PTR(mount_point);
	ret->path = heap_copy(ret->mount_point ? ret->mount_point : ret->device);
	return 0;
}

/* Mounts the copy at MOUNT_POINT.  Returns 0, or -errno with REASON. */
static int copy_mount(const struct run *run, const char *copy, const char *mount_point,
	struct reason *reason, char **ret_device, pid_t *ret_server)
{
	AUTO(auto_free) char *log = work_path(run, "logs", "oracle.log");
	struct attach_order order = {
		.file = copy,
		.mount_point = mount_point,
		.image = copy,
		.log_path = log,
		.time_limit_ns = ORACLE_LIMIT_NS,
	};
	struct process_result result = { 0 };
	int error = attach(&order, &result, ret_device, ret_server);

	process_result_deinit(&result);
	if (error < 0)
		return reason_error(reason, error, "cannot run what mounts it");
	if (*ret_device || *ret_server > 0)
		return 0;

	AUTO(auto_free) char *line = file_last_line(log);

	reason_set(reason, "the oracle cannot mount the file system of the volume: %s",
		line ? line : "mount said nothing");
	return -EIO;
}

int tree_of_point(struct run *run, struct snapshot_point *point, struct reason *reason)
{
	AUTO(auto_free) char *mount_point = work_path(run, "oracle", "tree");
	AUTO(auto_free) char *device = NULL;
	AUTO(auto_free) char *path = NULL;
	pid_t server = 0;
	int error;

	if (point->tree)
		return 0;
	if (mkdir(mount_point, 0700) < 0 && errno != EEXIST)
		return reason_error(reason, -errno, "cannot make '%s'", mount_point);
	error = copy_mount(run, point->image, mount_point, reason, &device, &server);
	if (error < 0)
		return error;
	error = manifest_create(mount_point, &point->tree, &path);
	detach(run, mount_point, device, server);
	if (error < 0)
		return reason_error(
			reason, error, "the oracle cannot read '%s'", path ? path : mount_point);
	unlink(point->image);
	free(TAKE_PTR(point->image));
	return 0;
}
