/* SPDX-License-Identifier: Apache-2.0 */
/* top_parts.h - the parts of what is shown of a rig; for top_view.c. */
#ifndef SNAPRIG_CLI_TOP_PARTS_H
#define SNAPRIG_CLI_TOP_PARTS_H

#include "simfs/cli/top_view.h"

/* The text NAME of OBJECT, or "-". */
const char *top_text(const json_t *object, const char *name);

/* Each adds whole lines, or none if there is nothing to show.  Lists have at most ROWS_MAX rows. */
void top_draw_rates(struct screen *screen, const struct top_sample *sample);
void top_draw_histories(struct screen *screen, const struct top_sample *sample);
void top_draw_snapshots(struct screen *screen, const struct top_sample *sample, size_t rows_max);
void top_draw_gauges(struct screen *screen, const struct top_sample *sample);
void top_draw_chain(struct screen *screen, const struct top_sample *sample);
void top_draw_faults(struct screen *screen, const struct top_sample *sample, size_t rows_max);
void top_draw_writers(struct screen *screen, const struct top_sample *sample);
void top_draw_events(struct screen *screen, const struct top_sample *sample, size_t rows_max);

/* Begins a part: its LABEL before the first line, or above it on a narrow screen. */
void top_label(struct screen *screen, const char *label);

#endif
