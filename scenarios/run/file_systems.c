/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/file_systems.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/run/rig_mounts.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

static const struct file_system {
	uint64_t offset; /* of its magic */
	const char *magic;
	const char *options;
} file_systems[] = {
	{ 1080, "\x53\xef", "ro,noload" },     /* ext2, ext3, ext4 */
	{ 0, "XFSB", "ro,norecovery,nouuid" }, /* xfs */
};

static const struct file_system *known_at(int fd, uint64_t begin)
{
	char found[8];

	for (size_t i = 0; i < sizeof file_systems / sizeof file_systems[0]; i++) {
		const struct file_system *one = &file_systems[i];
		size_t length = strlen(one->magic);

		if (pread(fd, found, length, (off_t)(begin + one->offset)) == (ssize_t)length &&
			memcmp(found, one->magic, length) == 0)
			return one;
	}
	return NULL;
}

/* Returns where the first partition of a DOS table begins; 0 if there is no table. */
static uint64_t partition_begin(int fd)
{
	uint8_t sector[512];

	if (pread(fd, sector, sizeof sector, 0) != sizeof sector || sector[510] != 0x55 ||
		sector[511] != 0xaa)
		return 0;
	return (uint64_t)(sector[454] | sector[455] << 8 | sector[456] << 16 |
			  (uint32_t)sector[457] << 24) *
	       sizeof sector;
}

struct file_system_place file_system_find(const char *image)
{
	AUTO(auto_close) int fd = open(image, O_RDONLY | O_CLOEXEC);
	struct file_system_place place = { .options = "ro" };
	const struct file_system *one = known_at(fd, 0);
	uint64_t begin = one ? 0 : partition_begin(fd);

	/* A boot sector without a table has the same signature, so only a known file system
	 * counts. */
	if (begin > 0) {
		one = known_at(fd, begin);
		place.offset = one ? begin : 0;
	}
	if (one)
		place.options = one->options;
	return place;
}

static int attach_run(const struct attach_order *order, const char *const *argv,
	const char *output_path, struct process_result *ret)
{
	struct process_order process = {
		.argv = argv,
		.output_path = output_path,
		.time_limit_ns = order->time_limit_ns,
		.killed = order->killed,
		.context = order->context,
	};

	return process_run(&process, ret);
}

/* Appends the output of losetup to the log. */
static void words_append(const char *log_path, const char *output_path)
{
	AUTO(auto_free) char *words = file_text(output_path);
	AUTO(auto_fclose) FILE *log = words ? fopen(log_path, "ae") : NULL;

	if (log)
		fputs(words, log);
}

/* losetup prints the device's name, by which we know it. */
static int device_attach(const struct attach_order *order, uint64_t offset,
	struct process_result *ret, char **ret_device)
{
	AUTO(auto_free) char *begin = heap_format("--offset=%" PRIu64, offset);
	const char *argv[] = { "losetup", "--read-only", "--show", begin, "--find", order->file,
		NULL };
	AUTO(auto_free) char *output = heap_format("%s.loop", order->log_path);
	int error = attach_run(order, argv, output, ret);

	if (error == 0 && ret->exit_status == 0)
		*ret_device = file_last_line(output);
	else
		words_append(order->log_path, output);
	unlink(output);
	return error;
}

int file_system_attach(
	const struct attach_order *order, struct process_result *ret, char **ret_device)
{
	AUTO(auto_free) char *device = NULL;
	struct file_system_place place = { 0 };
	int error;

	if (order->mount_point)
		place = file_system_find(order->image);
	error = device_attach(order, place.offset, ret, &device);

	if (error < 0 || !device)
		return error;
	if (order->mount_point) {
		const char *argv[] = { "mount", "-o", place.options, device, order->mount_point,
			NULL };

		process_result_deinit(ret);
		error = attach_run(order, argv, order->log_path, ret);
		if (error < 0 || ret->exit_status != 0) {
			file_system_detach(order->mount_point, device);
			return error;
		}
	}
	*ret_device = TAKE_PTR(device);
	return 0;
}

void file_system_detach(const char *mount_point, const char *device)
{
	/* What is in use is detached when it is released. */
	if (mount_point && umount2(mount_point, 0) < 0)
		(void)umount2(mount_point, MNT_DETACH);
	if (device)
		rig_loop_detach(device);
}
