/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mistakes.h - the mistakes in a file, collected while it is read.
 *
 * Reading continues after a mistake, so that the author learns of all of them at once.  The first
 * MISTAKES_MAX are kept, the others only counted.
 */
#ifndef SNAPRIG_BASE_YAML_MISTAKES_H
#define SNAPRIG_BASE_YAML_MISTAKES_H

#include <stddef.h>
#include <stdio.h>

#include "simfs/base/yaml/place.h"

#define MISTAKES_MAX 100

struct mistake {
	struct place place; /* line 0: the file as a whole */
	char *text;	    /* one line, valid UTF-8 if the file is */
};

struct mistakes {
	struct mistake *items; /* in the order of the file after mistakes_sort() */
	size_t count;
	size_t dropped_count; /* those beyond MISTAKES_MAX */
};

void mistakes_init(struct mistakes *mistakes);
void mistakes_deinit(struct mistakes *mistakes);

/* Adds a mistake.  Control characters in the text become '?', and a very long text is cut. */
__attribute__((format(printf, 3, 4))) void mistakes_add(
	struct mistakes *mistakes, struct place place, const char *format, ...);

/*
 * Adds to MISTAKES those of COUNT SUBJECTS in one file: a mistake that all of them have once, and
 * others with the name (in NAMES) of the first subject that has it.  Then sorts all.
 */
void mistakes_gather(struct mistakes *mistakes, const struct mistakes *subjects, char *const *names,
	size_t count);

void mistakes_sort(struct mistakes *mistakes);

/* Prints each as "PATH:line:column: text". */
void mistakes_print(const struct mistakes *mistakes, const char *path, FILE *file);

#endif
