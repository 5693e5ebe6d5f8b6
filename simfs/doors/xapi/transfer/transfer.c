/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/transfer/transfer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/doors/xapi/transfer/internal.h"

struct transfers {
	struct transfer_options options;
	struct watch *watch;
	pthread_mutex_t mutex;
	pthread_cond_t ended;
	unsigned running;
};

static const struct kind {
	const char *method;
	const char *path;
	void (*serve)(struct transfer *transfer, enum wire_end *ret);
} kinds[] = {
	{ "GET", "/export_raw_vdi", transfer_export },
	{ "PUT", "/import_raw_vdi", transfer_import },
};

#define KINDS (sizeof kinds / sizeof kinds[0])

static const struct kind *find_kind(const char *method, const char *path)
{
	for (size_t i = 0; i < KINDS; i++) {
		size_t length = strlen(kinds[i].path);

		if (strcmp(method, kinds[i].method) == 0 &&
			strncmp(path, kinds[i].path, length) == 0 &&
			(path[length] == '\0' || strcmp(path + length, "/") == 0))
			return &kinds[i];
	}
	return NULL;
}

bool transfers_takes(const char *path)
{
	return strncmp(path, "/export", strlen("/export")) == 0 ||
	       strncmp(path, "/import", strlen("/import")) == 0;
}

int transfers_create(const struct transfer_options *options, struct transfers **ret)
{
	struct transfers *transfers = calloc(1, sizeof *transfers);
	int error = transfers ? transfer_watch_create(&transfers->watch) : -ENOMEM;

	if (error < 0) {
		free(transfers);
		return error;
	}
	transfers->options = *options;
	pthread_mutex_init(&transfers->mutex, NULL);
	pthread_cond_init(&transfers->ended, NULL);
	*ret = transfers;
	return 0;
}

void transfers_destroy(struct transfers *transfers)
{
	if (!transfers)
		return;
	pthread_mutex_lock(&transfers->mutex);
	while (transfers->running > 0)
		pthread_cond_wait(&transfers->ended, &transfers->mutex);
	pthread_mutex_unlock(&transfers->mutex);
	transfer_watch_destroy(transfers->watch);
	pthread_cond_destroy(&transfers->ended);
	pthread_mutex_destroy(&transfers->mutex);
	free(transfers);
}

/* ---- one transfer ---- */

struct work {
	struct transfers *transfers;
	struct transfer transfer;
};

static bool is_left(void *context)
{
	const struct transfer *transfer = context;

	return !wire_wait(transfer->wire, 0);
}

static void serve(struct transfer *transfer)
{
	const struct kind *kind = find_kind(wire_method(transfer->wire), wire_path(transfer->wire));
	enum wire_end end = WIRE_CLEAN;

	transfer_take_task(transfer);
	if (!kind)
		transfer_fail(
			transfer, 404, "MESSAGE_METHOD_UNKNOWN", wire_path(transfer->wire), NULL);
	if (!kind || transfer_resolve(transfer) < 0)
		transfer_refuse(transfer);
	else
		kind->serve(transfer, &end);
	/* The connection ends first: clients expect an ended task to have none. */
	wire_end(transfer->wire, end);
	transfer->wire = NULL;
	transfer_finish_task(transfer);
	striker_deinit(&transfer->striker);
}

static void leave(struct transfers *transfers)
{
	pthread_mutex_lock(&transfers->mutex);
	transfers->running--;
	pthread_cond_broadcast(&transfers->ended);
	pthread_mutex_unlock(&transfers->mutex);
}

static void *run(void *argument)
{
	struct work *work = argument;
	struct transfers *transfers = work->transfers;
	sigset_t pipe;

	/* A client that is gone is an error of its wire. */
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, NULL);
	serve(&work->transfer);
	free(work);
	leave(transfers);
	return NULL;
}

static int start(struct transfers *transfers, struct wire *wire)
{
	struct work *work = calloc(1, sizeof *work);
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	if (!work)
		return -ENOMEM;
	work->transfers = transfers;
	work->transfer.options = &transfers->options;
	work->transfer.wire = wire;
	work->transfer.watch = transfers->watch;
	work->transfer.striker = (struct striker){
		.mount_point = work->transfer.disk.mount_point,
		.is_left = is_left,
		.context = &work->transfer,
	};
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	error = -pthread_create(&thread, &attributes, run, work);
	pthread_attr_destroy(&attributes);
	if (error < 0)
		free(work);
	return error;
}

static bool enter(struct transfers *transfers)
{
	bool has_room;

	pthread_mutex_lock(&transfers->mutex);
	has_room = transfers->running < TRANSFERS_MAX;
	transfers->running += has_room;
	pthread_mutex_unlock(&transfers->mutex);
	return has_room;
}

/* Answers WIRE without a transfer. */
static void turn_away(struct transfers *transfers, struct wire *wire, const char *code)
{
	struct transfer transfer = { .options = &transfers->options, .wire = wire };

	transfer_take_task(&transfer);
	transfer_fail(&transfer, 503, code, NULL, NULL);
	transfer_answer(&transfer, transfer.failure.status);
	wire_end(wire, WIRE_CLEAN);
	transfer_finish_task(&transfer);
}

void transfers_begin(struct transfers *transfers, struct wire *wire)
{
	if (!enter(transfers)) {
		turn_away(transfers, wire, "TOO_MANY_PENDING_TASKS");
	} else if (start(transfers, wire) < 0) {
		turn_away(transfers, wire, "HOST_NOT_ENOUGH_FREE_MEMORY");
		leave(transfers);
	}
}

void transfers_lose(struct transfers *transfers, struct wire *wire)
{
	struct transfer transfer = { .options = &transfers->options, .wire = wire };

	transfer_take_task(&transfer);
	transfer_fail_error(&transfer, -ECONNRESET);
	transfer_finish_task(&transfer);
}
