/* SPDX-License-Identifier: Apache-2.0 */
/*
 * star_pattern.h - names of which a part is not known: a '*' stands for any bytes, also none.
 *
 * Every other byte stands for itself, so that a name is its own pattern whatever is in it.
 */
#ifndef SNAPRIG_BASE_STAR_PATTERN_H
#define SNAPRIG_BASE_STAR_PATTERN_H

#include <stdbool.h>

/* Whether NAME is what PATTERN means.  Takes at most the product of their lengths. */
bool star_pattern_matches(const char *pattern, const char *name);

#endif
