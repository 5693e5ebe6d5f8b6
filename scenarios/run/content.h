/* SPDX-License-Identifier: Apache-2.0 */
/*
 * content.h - makes the image of a volume with the content that a scenario describes.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_CONTENT_H
#define SNAPRIG_SCENARIOS_RUN_CONTENT_H

#include <stdint.h>

#include "scenarios/format/scenario.h"
#include "scenarios/run/reason.h"

struct content_order {
	const struct content_spec *spec;
	uint64_t volume_bytes;
	uint64_t seed;
	const char *image_path;	   /* to be created */
	const char *work_folder;   /* for temporary files */
	const char *scenario_path; /* `image:` is relative to its folder */
};

/*
 * Makes the image, of exactly volume_bytes.  The same order makes the same bytes.  Returns 0;
 * -ENOPKG if a program is missing; -EINTR if the run was interrupted; or -errno; with REASON.
 */
int content_make(const struct content_order *order, struct reason *reason);

#endif
