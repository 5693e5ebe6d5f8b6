/* SPDX-License-Identifier: Apache-2.0 */
/* top_latency.h - the 99th percentile of latencies since the last sample. */
#ifndef SNAPRIG_CLI_TOP_LATENCY_H
#define SNAPRIG_CLI_TOP_LATENCY_H

#include "simfs/cli/top_view.h"

/* For the requests that are in STATUS but not yet in BEFORE. */
void top_latency_take(const json_t *status, const json_t *before, struct top_latency *ret);

/* Draws a line for it, if the rig reports latencies. */
void top_draw_latency(struct screen *screen, const struct top_sample *sample);

#endif
