/* SPDX-License-Identifier: Apache-2.0 */
/* xapi_demo_steps.c - changes of the disks, the backups, and the restores. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/process.h"
#include "scenarios/cli/xapi_demo.h"
#include "scenarios/clients/share.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/mix.h"
#include "simfs/control/client.h"

#define WRITE_BYTES	(2u << 20)
#define PLACES		7u /* of such writes on a disk of 16 MiB */
#define FILLERS_MAX	64u
#define PATIENCE_NS	(30 * NS_PER_S)
#define BACKUP_LIMIT_NS (120 * NS_PER_S)
#define LOOK_AGAIN_US	50000

static const struct demo_client clients[] = {
	{ "Xen Orchestra's own worker", "node \"$CLIENTS/xen-orchestra/backup.mjs\" --check",
		"exec node \"$CLIENTS/xen-orchestra/backup.mjs\" --xapi \"$URL\" --vm web "
		"--remote \"$REMOTE\" --report \"$REMOTE.json\" --timeout 100" },
	{ "the reference client", "\"$PROGRAM\" backup --help | grep -q -e --xapi",
		"exec \"$PROGRAM\" backup --like xo --xapi \"http://root:secret@${URL#http://}\" "
		"web \"$REMOTE\"" },
};

/* ---- commands ---- */

/* Runs LINE with the words of the demo in its environment.  Returns its exit status, or -errno. */
static int line_run(const struct demo *demo, const char *line, const char *log, uint64_t *ret_ns)
{
	AUTO(auto_free) char *program = heap_format("PROGRAM=%s", demo->program);
	AUTO(auto_free) char *folder = heap_format("CLIENTS=%s", demo->clients);
	AUTO(auto_free) char *url = heap_format("URL=%s", demo->url ? demo->url : "");
	AUTO(auto_free) char *remote = heap_format("REMOTE=%s/remote", demo->work);
	const char *argv[] = { "/bin/sh", "-c", line, NULL };
	const char *environment[] = { program, folder, url, remote, NULL };
	struct process_order order = {
		.argv = argv,
		.environment = environment,
		.output_path = log,
		.folder = demo->work,
		.time_limit_ns = BACKUP_LIMIT_NS,
	};
	struct process_result result;
	int error = process_run(&order, &result);
	int status = error < 0 ? error : result.exit_status;

	if (error < 0)
		return error;
	if (ret_ns)
		*ret_ns = result.duration_ns;
	process_result_deinit(&result);
	return status;
}

int demo_client_find(struct demo *demo)
{
	AUTO(auto_free) char *log = heap_format("%s/ready.log", demo->work);

	demo->program = share_program();
	demo->clients = share_folder("clients");
	for (size_t i = 0; demo->clients && i < sizeof clients / sizeof clients[0]; i++) {
		demo->client = &clients[i];
		if (line_run(demo, clients[i].ready, log, NULL) == 0)
			return 0;
	}

	AUTO(auto_free) char *line = file_last_line(log);

	log_error("there is no client for a pool: %s", line ? line : "no adapters");
	return -ENOENT;
}

/* ---- rigs ---- */

static char *mount_of(const struct demo *demo, size_t disk)
{
	return heap_format("%s/POOL.yaml.snaprig/mnt/web.%s", demo->work, demo_disks[disk]);
}

static char *live_of(const struct demo *demo, size_t disk)
{
	AUTO(auto_free) char *mount = mount_of(demo, disk);

	return heap_format("%s/live", mount);
}

/* Takes over ARGUMENTS; the caller frees *RET (may be NULL). */
static int rig_ask(
	const struct demo *demo, size_t disk, const char *command, json_t *arguments, json_t **ret)
{
	AUTO(auto_free) char *mount = mount_of(demo, disk);
	struct control_client *client;
	int error = control_client_connect(mount, &client);

	if (error < 0) {
		json_decref(arguments);
		return error;
	}
	error = control_client_call(client, command, arguments, PATIENCE_NS, ret);
	control_client_destroy(client);
	return error;
}

static bool merges(const json_t *status)
{
	const json_t *chain = json_object_get(status, "chain");
	const char *state = json_string_value(
		json_object_get(json_object_get(chain, "coalesce"), "state"));

	return state && strcmp(state, "idle") != 0;
}

/* Waits until nothing is left to merge, as in a real pool some minutes after each run. */
static int merge(const struct demo *demo)
{
	for (size_t disk = 0; disk < DEMO_DISKS; disk++) {
		uint64_t until_ns = clock_now_ns() + PATIENCE_NS;
		json_t *status = NULL;
		int error = rig_ask(demo, disk, "coalesce", NULL, &status);

		while (error == 0 && merges(status) && clock_now_ns() < until_ns) {
			json_decref(status);
			status = NULL;
			usleep(LOOK_AGAIN_US);
			error = rig_ask(demo, disk, "status", NULL, &status);
		}
		json_decref(status);
		if (error < 0)
			return error;
	}
	return 0;
}

/* ---- steps ---- */

static int disk_write(struct demo *demo, size_t disk)
{
	AUTO(auto_free) char *path = live_of(demo, disk);
	AUTO(auto_free) uint64_t *bytes = heap_new(WRITE_BYTES);
	AUTO(auto_close) int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < WRITE_BYTES / sizeof *bytes; i++)
		bytes[i] = mix64((uint64_t)demo->writes << 32 | disk << 24 | i);
	return file_write_all(fd, bytes, WRITE_BYTES,
		(uint64_t)(demo->writes % PLACES) * WRITE_BYTES + WRITE_BYTES / 2);
}

int demo_write(struct demo *demo)
{
	int error = merge(demo);

	for (size_t disk = 0; disk < DEMO_DISKS && error == 0; disk++)
		error = disk_write(demo, disk);
	demo->writes++;
	if (error < 0)
		log_error_code(error, "cannot write to the disks");
	return error;
}

int demo_fill(struct demo *demo)
{
	int error = demo_write(demo);

	while (error == 0 && demo->fillers < FILLERS_MAX) {
		AUTO(auto_free) char *name = heap_format("by-hand-%u", demo->fillers);

		error = rig_ask(demo, 0, "snapshot.create", json_pack("{s:s}", "name", name), NULL);
		demo->fillers += error == 0;
	}
	if (error == -ENOSPC)
		return 0;
	log_error_code(error, "the SR does not become full");
	return error < 0 ? error : -EOVERFLOW;
}

int demo_free(struct demo *demo)
{
	int error = 0;

	for (; demo->fillers > 0 && error == 0; demo->fillers--) {
		AUTO(auto_free) char *name = heap_format("by-hand-%u", demo->fillers - 1);

		error = rig_ask(demo, 0, "snapshot.delete", json_pack("{s:s}", "name", name), NULL);
	}
	if (error < 0)
		log_error_code(error, "cannot delete the snapshots");
	return error < 0 ? error : demo_write(demo);
}

/* ---- a run ---- */

static char *copy_of(const struct demo *demo, size_t run, size_t disk)
{
	return heap_format("%s/copy.%zu.%s", demo->work, run, demo_disks[disk]);
}

/* Returns the last line, without what only says where it comes from. */
static char *reason_in(const char *log)
{
	static const char *const leads[] = { "failure: ", "skipped: " };
	AUTO(auto_free) char *line = file_last_line(log);
	const char *reason = line ? line : "no reason was given";

	for (size_t i = 0; line && i < sizeof leads / sizeof leads[0]; i++) {
		const char *at = strstr(line, leads[i]);

		if (at)
			reason = at + strlen(leads[i]);
	}
	return heap_copy(reason);
}

int demo_backup(struct demo *demo, size_t run)
{
	AUTO(auto_free) char *log = heap_format("%s/run.%zu.log", demo->work, run);
	struct demo_run *ret = &demo->runs[run];
	int error = 0;

	/* Restore points are named by the second. */
	if (run > 0)
		sleep(1);
	for (size_t disk = 0; disk < DEMO_DISKS && error == 0; disk++) {
		AUTO(auto_free) char *live = live_of(demo, disk);
		AUTO(auto_free) char *copy = copy_of(demo, run, disk);

		error = file_copy(live, copy);
	}
	if (error == 0)
		error = ret->exit_status = line_run(
			demo, demo->client->backup, log, &ret->duration_ns);
	ret->said = reason_in(log);
	if (error < 0)
		log_error_code(error, "cannot run the client");
	return error < 0 ? error : 0;
}

/* ---- what is restored ---- */

static bool is_same(const char *left, const char *right)
{
	AUTO(auto_free) char *one = file_text(left);
	AUTO(auto_free) char *other = file_text(right);
	int64_t size = file_size(left);

	return one && other && size == file_size(right) && memcmp(one, other, (size_t)size) == 0;
}

/* Restores DISK of the restore point number POINT, from 0, of the only VM there, and compares. */
static bool is_restored(const struct demo *demo, size_t run, size_t point, size_t disk)
{
	AUTO(auto_free) char *copy = copy_of(demo, run, disk);
	AUTO(auto_free) char *out = heap_format("%s/out.%zu.%s", demo->work, run, demo_disks[disk]);
	AUTO(auto_free) char *log = heap_format("%s/restore.log", demo->work);
	AUTO(auto_free)
	char *line = heap_format(
		"cd \"$REMOTE\"/xo-vm-backups/* && at=$(ls | grep '^[0-9].*[.]json$' | sort | "
		"sed -n %zup) && exec \"$PROGRAM\" xapi restore --vm \"$(basename \"$PWD\")\" "
		"--at \"${at%%.json}\" --disk %s \"$REMOTE\" '%s'",
		point + 1, demo_disks[disk], out);

	return line_run(demo, line, log, NULL) == 0 && is_same(copy, out);
}

int demo_compare(struct demo *demo, size_t count)
{
	size_t point = 0;

	for (size_t run = 0; run < count; run++) {
		bool is_equal = demo->runs[run].exit_status == 0;

		for (size_t disk = 0; disk < DEMO_DISKS && is_equal; disk++)
			is_equal = is_restored(demo, run, point, disk);
		demo->runs[run].is_equal = is_equal;
		point += demo->runs[run].exit_status == 0;
	}
	return 0;
}
