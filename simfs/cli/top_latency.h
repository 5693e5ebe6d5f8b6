/* SPDX-License-Identifier: Apache-2.0 */
/* top_latency.h - what of 100 requests 99 took at most since the last look. */
#ifndef SNAPRIG_CLI_TOP_LATENCY_H
#define SNAPRIG_CLI_TOP_LATENCY_H

#include "simfs/cli/top_view.h"

/* Of the requests that STATUS has and BEFORE has not. */
void top_latency_take(const json_t *status, const json_t *before, struct top_latency *ret);

/* A line of it, where the rig tells how long requests take. */
void top_draw_latency(struct screen *screen, const struct top_sample *sample);

#endif
