/* SPDX-License-Identifier: Apache-2.0 */
/* beside.h - what may lie in a folder of scenarios and is none. */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_BESIDE_H
#define SNAPRIG_SCENARIOS_CLIENTS_BESIDE_H

#include <stdbool.h>

/* Is the file at PATH meant as an adapter or a failure, which scenarios beside it name? */
bool lies_beside_scenarios(const char *path);

#endif
