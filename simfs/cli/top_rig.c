/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/top_rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/rigs.h"
#include "simfs/cli/top_latency.h"

#define EVENTS_KEPT 8

/* How long to look for a rig that has ended at its mount point. */
#define LOOK_NS (500 * NS_PER_MS)

/* A user is waiting in front of the screen. */
#define ORDER_NS (2 * NS_PER_S)

/* A shorter silence is not reported. */
#define SILENT_AFTER_NS NS_PER_S

void top_rig_init(struct top_rig *rig, const char *mount, struct control_client *client, int error)
{
	*rig = (struct top_rig){
		.mount = heap_copy(mount),
		.client = client,
		.events = json_array(),
		.lit = json_array(),
	};
	rig->sample.mount = rig->mount;
	if (client)
		return;
	rig->end = TOP_RIG_DIED;
	rig->error = error;
	snprintf(rig->state, sizeof rig->state, "%s", rigs_state(error));
	rig->sample.state = rig->state;
}

void top_rig_deinit(struct top_rig *rig)
{
	control_client_destroy(rig->client);
	json_decref(rig->status);
	json_decref(rig->events);
	json_decref(rig->lit);
	free(rig->mount);
}

/* ---- the end ---- */

/*
 * The connection is over.  A rig that has ended normally leaves nothing of its mount.  A rig that
 * only closed the connection to make room for another is connected to again.
 */
static void end(struct top_rig *rig)
{
	struct control_client *again = NULL;
	int error = control_client_connect_within(rig->mount, LOOK_NS, &again);

	control_client_destroy(rig->client);
	rig->client = again;
	rig->status_id = rig->events_id = 0;
	if (error == 0)
		return;
	rig->client = NULL;
	rig->end = error == -ENOENT || error == -ENOTDIR ? TOP_RIG_UNMOUNTED : TOP_RIG_DIED;
	rig->error = -ENOTCONN;
	snprintf(rig->state, sizeof rig->state, "%s",
		rig->end == TOP_RIG_DIED ? "its process has ended" : "unmounted");
	rig->sample.state = rig->state;
}

static bool is_the_end(int error)
{
	return error == -ECONNRESET || error == -ESHUTDOWN || error == -EPIPE;
}

/* ---- answers ---- */

static double counter(const json_t *status, const char *name)
{
	return (double)json_integer_value(
		json_object_get(json_object_get(status, "counters"), name));
}

static double gauge(const json_t *status, const char *name)
{
	return json_number_value(
		json_object_get(json_object_get(json_object_get(status, "gauges"), name), "value"));
}

static void take_rates(struct top_rig *rig, const json_t *status, double seconds)
{
	struct top_rates *rates = &rig->sample.rates;
	const struct {
		const char *name;
		double *rate;
	} rows[] = {
		{ "live_reads", &rates->reads },
		{ "live_read_bytes", &rates->read_bytes },
		{ "live_writes", &rates->writes },
		{ "live_written_bytes", &rates->written_bytes },
		{ "snapshot_reads", &rates->snapshot_reads },
		{ "snapshot_read_bytes", &rates->snapshot_read_bytes },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		*rows[i].rate = (counter(status, rows[i].name) -
					counter(rig->status, rows[i].name)) /
				seconds;
	top_latency_take(status, rig->status, &rig->sample.latency);
	rig->sample.has_rates = true;
	top_history_add(&rig->sample.write_bytes, rates->written_bytes);
}

/* The share of the fullest limit, or bytes if there is no limit. */
static double store_fill(const json_t *status)
{
	double share = gauge(status, "store.used");

	return share > 0 ? share : gauge(status, "store.bytes");
}

static json_int_t fired_before(const json_t *status, json_int_t id)
{
	json_t *fault;
	size_t index;

	json_array_foreach(json_object_get(status, "faults"), index,
		fault) if (json_integer_value(json_object_get(fault, "id")) ==
			   id) return json_integer_value(json_object_get(fault, "fired"));
	return 0;
}

/*
 * Faults that have fired since the last status stay lit for as many samples as lit_for has places.
 */
static void take_fired(struct top_rig *rig, const json_t *status)
{
	size_t last = sizeof rig->lit_for / sizeof rig->lit_for[0] - 1;
	json_t *fault;
	size_t index;

	for (unsigned i = 0; i < rig->lit_for[0]; i++)
		json_array_remove(rig->lit, 0);
	memmove(rig->lit_for, rig->lit_for + 1, last * sizeof rig->lit_for[0]);
	rig->lit_for[last] = 0;
	json_array_foreach(json_object_get(status, "faults"), index, fault)
	{
		json_int_t id = json_integer_value(json_object_get(fault, "id"));

		if (json_integer_value(json_object_get(fault, "fired")) <=
			fired_before(rig->status, id))
			continue;
		json_array_append_new(rig->lit, json_integer(id));
		rig->lit_for[last]++;
	}
}

/* Takes over STATUS. */
static void take_status(struct top_rig *rig, json_t *status)
{
	uint64_t now_ns = clock_real_ns();

	if (rig->status && now_ns > rig->taken_ns)
		take_rates(rig, status, (double)(now_ns - rig->taken_ns) / NS_PER_S);
	top_history_add(&rig->sample.store, store_fill(status));
	if (rig->status)
		take_fired(rig, status);
	rig->taken_ns = now_ns;
	json_decref(rig->status);
	rig->status = status;
	rig->state[0] = '\0';
}

static void take_events(struct top_rig *rig, const json_t *answer)
{
	const char *lines = json_string_value(json_object_get(answer, "lines"));
	const char *end;

	for (; lines && (end = strchr(lines, '\n')); lines = end + 1) {
		json_t *event = json_loadb(lines, (size_t)(end - lines), 0, NULL);

		if (event)
			json_array_append_new(rig->events, event);
		if (json_array_size(rig->events) > EVENTS_KEPT)
			json_array_remove(rig->events, 0);
	}
	rig->events_from = json_integer_value(json_object_get(answer, "next"));
}

/* ---- asking ---- */

void top_rig_ask(struct top_rig *rig)
{
	int error = 0;

	if (!rig->client)
		return;
	if (rig->status_id == 0) {
		rig->asked_ns = clock_real_ns();
		error = control_client_send(rig->client, "peek", NULL, &rig->status_id);
	}
	if (error == 0 && rig->events_id == 0)
		error = control_client_send(rig->client, "events",
			cli_pack("{s:I}", "from", rig->events_from), &rig->events_id);
	if (error < 0)
		end(rig);
}

/*
 * Waits for the answer to *ID.  Returns 0 and *RET, or the error; *ID is then 0 unless the answer
 * can still come.
 */
static int take(struct top_rig *rig, uint64_t *id, uint64_t deadline_ns, json_t **ret)
{
	uint64_t now_ns = clock_real_ns();
	int error;

	*ret = NULL;
	if (!rig->client || *id == 0)
		return -EAGAIN;
	error = control_client_wait(
		rig->client, *id, deadline_ns > now_ns ? deadline_ns - now_ns : 1, ret);
	if (error == -ETIMEDOUT && !*control_client_message(rig->client))
		return -EAGAIN;
	*id = 0;
	if (is_the_end(error))
		end(rig);
	return error;
}

static void tell_silence(struct top_rig *rig)
{
	uint64_t silent_ns = clock_real_ns() - rig->asked_ns;

	if (rig->status_id != 0 && silent_ns >= SILENT_AFTER_NS)
		snprintf(rig->state, sizeof rig->state, "has not answered for %.0f s",
			(double)silent_ns / NS_PER_S);
}

void top_rig_take(struct top_rig *rig, uint64_t deadline_ns)
{
	json_t *answer;
	int error = take(rig, &rig->status_id, deadline_ns, &answer);

	if (error == 0)
		take_status(rig, answer);
	else if (error != -EAGAIN && !is_the_end(error))
		snprintf(rig->state, sizeof rig->state, "refuses to tell: %s",
			control_client_message(rig->client));
	if (take(rig, &rig->events_id, deadline_ns, &answer) == 0) {
		take_events(rig, answer);
		json_decref(answer);
	}
	if (rig->client)
		tell_silence(rig);
	rig->sample.status = rig->status;
	rig->sample.events = rig->events;
	rig->sample.lit = rig->lit;
	rig->sample.state = rig->state[0] ? rig->state : NULL;
}

char *top_rig_order(
	struct top_rig *rig, const char *command, json_t *arguments, json_t **ret_answer)
{
	int error;

	*ret_answer = NULL;
	if (!rig->client) {
		json_decref(arguments);
		return heap_copy("the rig has ended");
	}
	error = control_client_call(rig->client, command, arguments, ORDER_NS, ret_answer);
	if (error == 0)
		return NULL;
	if (*control_client_message(rig->client))
		return heap_copy(control_client_message(rig->client));
	if (error == -ETIMEDOUT)
		return heap_format("the rig has not answered '%s' yet", command);
	if (error == -EILSEQ)
		return heap_copy("this is no UTF-8");
	return heap_format("cannot ask the rig: %s", error_text(error));
}
