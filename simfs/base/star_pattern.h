/* SPDX-License-Identifier: Apache-2.0 */
/*
 * star_pattern.h - names with wildcards: a '*' matches any bytes, or none.
 *
 * Every other byte matches itself, so a name without '*' matches only itself, whatever is in it.
 */
#ifndef SNAPRIG_BASE_STAR_PATTERN_H
#define SNAPRIG_BASE_STAR_PATTERN_H

#include <stdbool.h>

/*
 * Whether NAME matches PATTERN.  Takes at most time proportional to the product of their lengths.
 */
bool star_pattern_matches(const char *pattern, const char *name);

#endif
