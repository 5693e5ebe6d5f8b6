/* SPDX-License-Identifier: Apache-2.0 */
/* environment_here.h - this machine and this program (judge/environment.h). */
#ifndef SNAPRIG_SCENARIOS_CLI_ENVIRONMENT_HERE_H
#define SNAPRIG_SCENARIOS_CLI_ENVIRONMENT_HERE_H

#include "scenarios/judge/environment.h"

/* Returns what is known about both.  The caller frees it. */
struct environment environment_here(void);

#endif
