/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - what can stand where a user is typing: for the completions of shells.
 *
 *	snaprig words KIND:CHOICES MNT WORD...
 *
 * The last WORD is what was typed so far.  Each line that is printed is a word that could take
 * its place, whole, and behind a tab what it means.  Not every line begins with what was typed:
 * the shell chooses.  One that ends with = or : goes on.  The kinds are those of
 * base/command_line.h that only the program can tell; the words of a rule, and of a list with
 * commas, are told for the last of them, behind the others.
 *
 * Help does not name it, and it says nothing of what it cannot find out.
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
	int head_length;   /* how much of it stays */
};

/* Prints a line for WORD with SUFFIX behind the head of what was typed. */
void words_offer(
	const struct words *words, const char *word, const char *suffix, const char *about);

/* The words of a rule. */
void words_of_rule(struct words *words);

/* Prints a line for each snapshot or writer of the rig, a PREFIX before it.  In a rule a writer's
 * name has no blanks. */
void words_of_snapshots(const struct words *words, const char *prefix);
void words_of_writers(const struct words *words, const char *prefix, bool in_rule);

#endif
