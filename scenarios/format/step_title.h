/* SPDX-License-Identifier: Apache-2.0 */
/*
 * step_title.h - a step in one line, for reports.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_STEP_TITLE_H
#define SNAPRIG_SCENARIOS_FORMAT_STEP_TITLE_H

#include "scenarios/format/scenario.h"

/*
 * Returns "backup 's1' to 'b1'", "expect verdict detected, exit nonzero"; never NULL.  The caller
 * frees it.  Texts of the file may bring line breaks into it.
 */
char *step_title(const struct step *step);

#endif
