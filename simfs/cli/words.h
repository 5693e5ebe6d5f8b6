/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - what can follow what a user has typed, for shell completions.
 *
 *	snaprig words KIND:CHOICES MNT WORD...
 *
 * The last WORD is what was typed so far.  Each line printed is a whole word that could replace
 * it, with a tab and its meaning.  Lines need not begin with what was typed: the shell filters
 * them.  After a word that ends with = or : more follows.  The kinds are those of
 * base/command_line.h that only the program can complete.  For a rule, or a list with commas,
 * only its last word is completed, and the others precede it in each line.
 *
 * The help does not mention it, and it prints no message for what it cannot find out.
 */
#ifndef SNAPRIG_CLI_WORDS_H
#define SNAPRIG_CLI_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Returns the exit code of the process. */
int words_run(int argc, char **argv);

/* What is typed. */
struct words {
	const char *mnt;
	char **before; /* the words before the last one */
	size_t before_count;
	const char *typed; /* the last one */
	int head_length;   /* how much of it is kept */
};

/* Prints a line for WORD and SUFFIX, after the kept part of what was typed. */
void words_offer(
	const struct words *words, const char *word, const char *suffix, const char *about);

/* The words of a rule. */
void words_of_rule(struct words *words);

/*
 * Prints a line for each snapshot or writer of the rig, with PREFIX before it.  In a rule, a
 * writer's name has no blanks.
 */
void words_of_snapshots(const struct words *words, const char *prefix);
void words_of_writers(const struct words *words, const char *prefix, bool in_rule);

#endif
