/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.h - the contents of a tree of files, for clients that save one.
 *
 * For everything below a folder: path, kind, mode, owner, size, modification time in nanoseconds,
 * extended attributes (which include ACLs), target of a link, number of a device, which names are
 * hard links of each other, and a digest of the content.  The folder itself is not included,
 * because a tree may be restored anywhere; nor are the sizes of folders and access times, which no
 * client can restore.  An ordinary user cannot give files away, so everything that he restores
 * must be his own.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_MANIFEST_H
#define SNAPRIG_SCENARIOS_JUDGE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

#include "scenarios/judge/differences.h"

struct manifest;

/*
 * Reads everything below FOLDER, except what is mounted there.  Returns 0; or -errno with the path
 * in question in *RET_PATH, which the caller frees.
 */
int manifest_create(const char *folder, struct manifest **ret, char **ret_path);
void manifest_destroy(struct manifest *manifest);

/* Returns whether any entry has extended attributes. */
bool manifest_has_attributes(const struct manifest *manifest);

/* What a client is known not to restore, and need not. */
struct tree_losses {
	bool link_times; /* modification times of symbolic links */
	bool fractions;	 /* fractions of seconds in modification times */
	bool attributes; /* extended attributes, including ACLs */
	bool hard_links; /* each name becomes a separate file */
};

struct tree_comparison {
	size_t compared_count; /* names */
	size_t different_count;
	bool same;

	/* Nothing is missing, and everything has the right kind and size: a listing looks right. */
	bool looks_complete;
};

/*
 * Compares MET with EXPECTED, except for the LOSSES; adds the names that differ to NAMES, which
 * may be NULL.  Returns the text "2 of 441 names differ: 'a/b' has another content, 'c' is
 * missing", which the caller frees.
 */
char *manifest_compare(const struct manifest *expected, const struct manifest *met,
	const struct tree_losses *losses, struct differences *names, struct tree_comparison *ret);

#endif
