/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/file_systems.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/heap.h"
#include "scenarios/run/rig_mounts.h"
#include "simfs/base/cleanup.h"

static const struct file_system {
	uint64_t offset; /* of its magic */
	const char *magic;
	const char *options;
} file_systems[] = {
	{ 1080, "\x53\xef", "ro,noload" },     /* ext2, ext3, ext4 */
	{ 0, "XFSB", "ro,norecovery,nouuid" }, /* xfs */
};

const char *file_system_options(const char *image)
{
	AUTO(auto_close) int fd = open(image, O_RDONLY | O_CLOEXEC);
	char found[8];

	for (size_t i = 0; i < sizeof file_systems / sizeof file_systems[0]; i++) {
		const struct file_system *one = &file_systems[i];
		size_t length = strlen(one->magic);

		if (pread(fd, found, length, (off_t)one->offset) == (ssize_t)length &&
			memcmp(found, one->magic, length) == 0)
			return one->options;
	}
	return "ro";
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

/* What losetup said, to where it is looked for. */
static void words_append(const char *log_path, const char *output_path)
{
	AUTO(auto_free) char *words = file_text(output_path);
	AUTO(auto_fclose) FILE *log = words ? fopen(log_path, "ae") : NULL;

	if (log)
		fputs(words, log);
}

/* losetup prints the device, and we know it by that. */
static int device_attach(
	const struct attach_order *order, struct process_result *ret, char **ret_device)
{
	const char *argv[] = { "losetup", "--read-only", "--show", "--find", order->file, NULL };
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
	int error = device_attach(order, ret, &device);

	if (error < 0 || !device)
		return error;
	if (order->mount_point) {
		const char *argv[] = { "mount", "-o", file_system_options(order->image), device,
			order->mount_point, NULL };

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
	/* What is in use goes when it is let go. */
	if (mount_point && umount2(mount_point, 0) < 0)
		(void)umount2(mount_point, MNT_DETACH);
	if (device)
		loop_detach(device);
}
