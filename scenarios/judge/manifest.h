/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.h - what a tree of files is, for clients that save one.
 *
 * Of all that lies below a folder: path, kind, mode, owner, size, time of change to the
 * nanosecond, extended attributes (and with them ACLs), target of a link, number of a
 * device, which names are hard links of each other, and a digest of the content.  Not
 * of the folder itself, which is where a tree is put; nor the sizes of folders and times
 * of access, which no client can bring back.  An ordinary user cannot give files away: of
 * him all that was restored must be his own.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_MANIFEST_H
#define SNAPRIG_SCENARIOS_JUDGE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

#include "scenarios/judge/differences.h"

struct manifest;

/*
 * Reads all below FOLDER, but not what is mounted there.  Returns 0, or -errno with the
 * path that it is about in *RET_PATH, the caller's.
 */
int manifest_create(const char *folder, struct manifest **ret, char **ret_path);
void manifest_destroy(struct manifest *manifest);

/* Whether anything of it has extended attributes. */
bool manifest_has_attributes(const struct manifest *manifest);

/* What of a tree a client is known not to bring back, and is not asked for. */
struct tree_losses {
	bool link_times; /* times of change of symbolic links */
	bool fractions;	 /* of seconds, in all times of change */
	bool attributes; /* extended ones, and with them ACLs */
	bool hard_links; /* each name becomes a file of its own */
};

struct tree_comparison {
	size_t compared_count; /* names */
	size_t different_count;
	bool same;

	/* Nothing is missing, and all has its kind and size: who lists it sees nothing. */
	bool looks_complete;
};

/*
 * Compares MET with what is EXPECTED but for the LOSSES; the names that differ are added to NAMES,
 * which may be NULL.  Returns the text "2 of 441 names differ: 'a/b' has another content, 'c' is
 * missing", the caller's.
 */
char *manifest_compare(const struct manifest *expected, const struct manifest *met,
	const struct tree_losses *losses, struct differences *names, struct tree_comparison *ret);

#endif
