/* SPDX-License-Identifier: Apache-2.0 */
/* measure.h - measures what the client of a backup does (judge/measures.h). */
#ifndef SNAPRIG_SCENARIOS_RUN_MEASURE_H
#define SNAPRIG_SCENARIOS_RUN_MEASURE_H

#include "scenarios/base/process.h"
#include "scenarios/run/run_state.h"

/* Call it before the client of BACKUP runs: earlier reads of its snapshot are not counted. */
void measure_begin(struct run *run, const struct run_backup *backup, struct measuring *ret);

/* Call it after the client has run, with its RESULT; the rig may be gone.  Fills
 * backup->measures. */
void measure_end(struct run *run, struct run_backup *backup, const struct measuring *before,
	const struct process_result *result);

/* Returns the blocks of the file IMAGE that contain data; NULL if that is unknown.  The caller
 * frees it. */
struct block_set *measure_data(const char *image);

#endif
