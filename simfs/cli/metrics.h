/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - prints a volume's status in the text format of Prometheus.
 */
#ifndef SNAPRIG_CLI_METRICS_H
#define SNAPRIG_CLI_METRICS_H

#include <stdio.h>

#include <jansson.h>

/* Prints STATUS, the object of status.json.  Every sample has the label `image`. */
void cli_metrics_print(const json_t *status, FILE *file);

#endif
