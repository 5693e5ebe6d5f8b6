/* SPDX-License-Identifier: Apache-2.0 */
/* measure.h - what the client of a backup does, measured (judge/measures.h). */
#ifndef SNAPRIG_SCENARIOS_RUN_MEASURE_H
#define SNAPRIG_SCENARIOS_RUN_MEASURE_H

#include "scenarios/base/process.h"
#include "scenarios/run/run_state.h"

/* The client of BACKUP runs next: what was read of its snapshot before is not its reading. */
void measure_begin(struct run *run, const struct run_backup *backup, struct measuring *ret);

/* It has run, as RESULT says; the rig may have gone meanwhile.  Fills backup->measures. */
void measure_end(struct run *run, struct run_backup *backup, const struct measuring *before,
	const struct process_result *result);

/* The blocks of IMAGE, a file, that hold data: the caller's; NULL when it cannot be told. */
struct block_set *measure_data(const char *image);

#endif
