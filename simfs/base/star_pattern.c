/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/star_pattern.h"

#include <stddef.h>

bool star_pattern_matches(const char *pattern, const char *name)
{
	const char *star = NULL; /* the last star met, and where the text after its match begins */
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
