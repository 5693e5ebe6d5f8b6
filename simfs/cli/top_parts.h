/* SPDX-License-Identifier: Apache-2.0 */
/* top_parts.h - for top_view.c: the parts of what is shown of one rig. */
#ifndef SNAPRIG_CLI_TOP_PARTS_H
#define SNAPRIG_CLI_TOP_PARTS_H

#include "simfs/cli/top_view.h"

/* The text NAME of OBJECT, or "-". */
const char *top_text(const json_t *object, const char *name);

/* Each adds whole lines, or none where there is nothing to tell; lists have ROWS_MAX at most. */
void top_draw_rates(struct screen *screen, const struct top_sample *sample);
void top_draw_histories(struct screen *screen, const struct top_sample *sample);
void top_draw_snapshots(struct screen *screen, const struct top_sample *sample, size_t rows_max);
void top_draw_gauges(struct screen *screen, const struct top_sample *sample);
void top_draw_chain(struct screen *screen, const struct top_sample *sample);
void top_draw_faults(struct screen *screen, const struct top_sample *sample, size_t rows_max);
void top_draw_writers(struct screen *screen, const struct top_sample *sample);
void top_draw_events(struct screen *screen, const struct top_sample *sample, size_t rows_max);

/* Begins a part: its LABEL before the first line, or over it where the screen is narrow. */
void top_label(struct screen *screen, const char *label);

#endif
