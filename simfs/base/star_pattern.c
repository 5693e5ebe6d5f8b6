/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/star_pattern.h"

#include <stddef.h>

bool star_pattern_matches(const char *pattern, const char *name)
{
	const char *star = NULL; /* the last one that was met, and what it has taken up to now */
	const char *taken = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = pattern++;
			taken = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star + 1;
			name = ++taken;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
