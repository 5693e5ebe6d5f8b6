/* SPDX-License-Identifier: Apache-2.0 */
/* beside.h - files that may be in a folder of scenarios without being one. */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_BESIDE_H
#define SNAPRIG_SCENARIOS_CLIENTS_BESIDE_H

#include <stdbool.h>

/* Returns whether the file at PATH looks like an adapter or a failure, which scenarios refer to. */
bool lies_beside_scenarios(const char *path);

#endif
