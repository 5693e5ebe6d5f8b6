/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/user_mount.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>

#include "scenarios/run/rig_mounts.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

/* A killed server ends at once, because the rig releases processes killed in a request. */
#define STOP_PATIENCE_NS (10 * NS_PER_S)

static bool is_mounted(const void *mount_point)
{
	return mounted_at(mount_point);
}

int user_mount_start(
	const struct attach_order *order, struct process_result *ret_result, pid_t *ret_server)
{
	AUTO(auto_free)
	char *options = heap_format(
		"ro,norecovery,fakeroot,offset=%" PRIu64, file_system_find(order->image).offset);
	const char *argv[] = { USER_MOUNT_PROGRAM, "-f", "-o", options, order->file,
		order->mount_point, NULL };
	struct process_order process = { .argv = argv, .output_path = order->log_path };
	uint64_t begin_ns = clock_now_ns();
	pid_t server = process_start(&process);
	int error;

	*ret_server = 0;
	*ret_result = (struct process_result){ 0 };
	if (server < 0)
		return server;
	error = process_await_ready(server, begin_ns + order->time_limit_ns, is_mounted,
		order->mount_point, &ret_result->exit_status);
	if (error == 0) {
		*ret_server = server;
		return 0;
	}
	if (error != -ECHILD)
		user_mount_stop(order->mount_point, server);
	if (error == -EINTR)
		return error;
	ret_result->duration_ns = clock_now_ns() - begin_ns;
	ret_result->timed_out = error == -ETIMEDOUT;
	if (ret_result->timed_out)
		ret_result->exit_status = PROCESS_TIMED_OUT;
	/* It has ended, and nothing is mounted. */
	else if (ret_result->exit_status == 0)
		ret_result->exit_status = 1;
	return 0;
}

void user_mount_stop(const char *mount_point, pid_t server)
{
	const char *argv[] = { USER_UNMOUNT_PROGRAM, "-q", "-u", "-z", mount_point, NULL };
	struct process_order process = {
		.argv = argv, .output_path = "/dev/null", .time_limit_ns = STOP_PATIENCE_NS
	};
	struct process_result result = { 0 };
	int exit_status;

	if (server <= 0)
		return;
	/* What is in use is unmounted when it is released; the server, which reads the snapshot,
	 * may hang. */
	if (mounted_at(mount_point) && process_run(&process, &result) == 0)
		process_result_deinit(&result);
	kill(-server, SIGKILL);
	(void)process_wait(server, STOP_PATIENCE_NS, &exit_status);
}
