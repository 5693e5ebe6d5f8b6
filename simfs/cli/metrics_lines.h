/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics_lines.h - lines in the text format of Prometheus; for metrics.c.
 *
 * A metric is one metrics_head() followed by all of its samples.  Two samples of a metric must
 * differ in their labels.
 */
#ifndef SNAPRIG_CLI_METRICS_LINES_H
#define SNAPRIG_CLI_METRICS_LINES_H

#include <stdio.h>

#include <jansson.h>

/* A label besides `image`.  A list of them ends with a NULL NAME; a NULL VALUE is "". */
struct metrics_label {
	const char *name;
	const char *value;
};

/* METRIC is without "snaprig_"; HELP is one line. */
void metrics_head(const char *metric, const char *type, const char *help, FILE *file);

/* A sample of METRIC for the volume of STATUS; LABELS may be NULL. */
void metrics_sample(const json_t *status, const char *metric, const struct metrics_label *labels,
	const json_t *value, FILE *file);

/* Latencies of requests; nothing if STATUS has none. */
void metrics_latency(const json_t *status, FILE *file);

/* Faults, writers and chain; nothing if there are none. */
void metrics_faults(const json_t *status, FILE *file);
void metrics_writers(const json_t *status, FILE *file);
void metrics_chain(const json_t *status, FILE *file);

#endif
