/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/client_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/files.h"
#include "scenarios/clients/share.h"
#include "scenarios/clients/words.h"
#include "scenarios/run/give_xapi.h"
#include "scenarios/run/lvm_world.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

char *client_log(const struct run *run, const char *name, const char *what)
{
	return heap_format("%s/logs/%s.%s.log", run->work, name, what);
}

/* The words, the folder of temporary files, and the scenario's own variables. */
static char **environment_make(const struct run *run, const struct client_words *words)
{
	const struct environment_texts *own = &run->scenario->environment;
	char **environment = client_environment(words);
	size_t count = 0;

	while (environment[count])
		count++;
	environment = heap_grow(environment, count, sizeof *environment);
	environment[count++] = heap_format("TMPDIR=%s/tmp", run->work);
	for (size_t i = 0; i < own->count; i++) {
		environment = heap_grow(environment, count, sizeof *environment);
		environment[count++] = heap_copy(own->texts[i]);
	}
	return heap_grow(environment, count, sizeof *environment);
}

static void environment_free(char ***environment)
{
	for (size_t i = 0; (*environment)[i]; i++)
		free((*environment)[i]);
	free(*environment);
}

/* For a process in the background, which has no connection to the rig. */
static void let_go_beside(void *context)
{
	const struct run *run = context;
	struct control_client *control;

	/* If this fails, the client cannot be killed, which is reported then. */
	if (control_client_connect(run->mount_point, &control) < 0)
		return;
	(void)control_client_call(control, "fault.release", NULL, RIG_PATIENCE_NS, NULL);
	control_client_destroy(control);
}

/* Returns whether the command needs LVM's commands: a backup, or the clean-up after a failed
 * one. */
static bool runs_in_a_world(const struct run *run, const struct client_order *order)
{
	return run->client->gives == CLIENT_GIVES_LVM &&
	       (strcmp(order->what, "backup") == 0 || strcmp(order->what, "cleanup") == 0);
}

/* Runs the command; only starts it if RET_BESIDE is given. */
static int client_process(struct run *run, const struct client_order *order,
	struct process_result *ret, struct process_beside **ret_beside)
{
	bool lvm = runs_in_a_world(run, order);
	AUTO(auto_free) char *log = client_log(run, order->backup->name, order->what);
	AUTO(auto_free)
	char *own_log = heap_format(
		"%s/logs/%s.%s-own.log", run->work, order->backup->name, order->what);
	AUTO(auto_free) char *clients = share_folder("clients");
	struct client_words words = {
		.snapshot = order->snapshot ? order->snapshot : "",
		.live = run->live,
		.mnt = run->mount_point,
		.out = order->backup->out_path,
		.repo = run->repo,
		.restored = order->restored ? order->restored : "",
		.log = own_log,
		.snaprig = run->program,
		.clients = clients,
	};
	AUTO(auto_free) char *cow = lvm ? lvm_cow_size(run) : NULL;

	if (lvm) {
		words.vg = LVM_GROUP;
		words.lv = LVM_VOLUME;
		words.cow = cow;
	}
	if (xapi_pool_url(run)) {
		words.xapi = xapi_pool_url(run);
		words.vm = XAPI_VM;
	}

	AUTO(auto_free) char *command = client_command(order->template, &words);
	AUTO(environment_free) char **environment = environment_make(run, &words);
	const char *argv[LVM_WORDS_MAX] = { "/bin/sh", "-c", command, NULL };

	if (lvm)
		lvm_words(run, command, argv);

	struct process_order process = {
		.argv = argv,
		.environment = (const char *const *)environment,
		.output_path = log,
		.folder = run->work,
		.time_limit_ns = run_time_limit_ns(run),
		.killed = ret_beside ? let_go_beside : faults_let_go,
		.context = run,
	};

	return ret_beside ? process_beside_begin(&process, ret_beside) : process_run(&process, ret);
}

int client_run(struct run *run, const struct client_order *order, struct process_result *ret)
{
	return client_process(run, order, ret, NULL);
}

int client_ready(struct run *run, struct reason *reason)
{
	const struct run_backup none = { .name = "client", .out_path = run->repo };
	const struct client_order order = {
		.what = "ready",
		.template = run->client->ready,
		.backup = &none,
	};
	AUTO(auto_free) char *log = client_log(run, none.name, order.what);
	struct process_result process;
	int error;

	if (!run->client->ready)
		return 0;
	error = client_run(run, &order, &process);
	if (error < 0)
		return reason_error(reason, error, "cannot run 'ready' of '%s'", run->client->name);

	AUTO(auto_free) char *line = file_last_line(log);

	if (process.exit_status != 0)
		reason_set(reason, "client '%s' is not ready: %s", run->client->name,
			line ? line : "no reason was given");
	error = process.exit_status == 0 ? 0 : -ENOPKG;
	process_result_deinit(&process);
	return error;
}

int client_begin(struct run *run, const struct client_order *order, struct process_beside **ret)
{
	return client_process(run, order, NULL, ret);
}
