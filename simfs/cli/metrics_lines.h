/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics_lines.h - for metrics.c: lines of the text format of Prometheus.
 *
 * A metric is one metrics_head() and then all of its samples.  Of two samples of one metric the
 * labels differ.
 */
#ifndef SNAPRIG_CLI_METRICS_LINES_H
#define SNAPRIG_CLI_METRICS_LINES_H

#include <stdio.h>

#include <jansson.h>

/* One label beside `image`, up to one whose NAME is NULL; a VALUE of NULL is "". */
struct metrics_label {
	const char *name;
	const char *value;
};

/* METRIC without its "snaprig_"; HELP is one line. */
void metrics_head(const char *metric, const char *type, const char *help, FILE *file);

/* A sample of METRIC, of the volume that STATUS is of; LABELS may be NULL. */
void metrics_sample(const json_t *status, const char *metric, const struct metrics_label *labels,
	const json_t *value, FILE *file);

/* How long requests take; nothing where no status tells it. */
void metrics_latency(const json_t *status, FILE *file);

/* What a fault, a writer or a chain has; nothing where there is none. */
void metrics_faults(const json_t *status, FILE *file);
void metrics_writers(const json_t *status, FILE *file);
void metrics_chain(const json_t *status, FILE *file);

#endif
