/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top_view.h - draws rigs for `snaprig top`, from their last answers.
 *
 * It contacts no rig and knows neither terminal nor time: the same samples give the same lines.
 */
#ifndef SNAPRIG_CLI_TOP_VIEW_H
#define SNAPRIG_CLI_TOP_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "simfs/cli/screen.h"

/* The last samples of one quantity, newest last. */
#define TOP_HISTORY_MAX 60

struct top_history {
	double values[TOP_HISTORY_MAX];
	size_t count;
};

/* Of the live view, and of all snapshots together; per second of real time. */
struct top_rates {
	double reads, read_bytes, writes, written_bytes;
	double snapshot_reads, snapshot_read_bytes;
};

/* The 99th percentile of latencies in microseconds; 0: no requests. */
struct top_latency {
	uint64_t read_us, write_us, snapshot_read_us;
};

struct top_sample {
	const char *mount;
	bool is_selected;
	const char *state;    /* why it does not answer; NULL: it does */
	const json_t *status; /* the last one; NULL: none yet */
	bool has_rates;
	struct top_rates rates;
	struct top_latency latency;	/* since the previous sample */
	struct top_history store;	/* share of the fullest limit; without a limit, bytes */
	struct top_history write_bytes; /* per second */
	const json_t *events;		/* the last ones, an array of objects */
	const json_t *lit;		/* ids of the faults that have just fired, an array */
};

/* Adds VALUE, dropping the oldest if there is no room. */
void top_history_add(struct top_history *history, double value);

/* Adds the lines of SAMPLES to SCREEN, one block for each. */
void top_view_draw(struct screen *screen, const struct top_sample *samples, size_t count);

/* The samples as the document of --json.  The caller frees it. */
json_t *top_view_json(const struct top_sample *samples, size_t count);

#endif
