/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_child.h - the process that freezes for a writer, and holds the freeze.
 *
 * Only the end of its stdin (or a byte there) tells it to thaw, so that it thaws however the rig
 * ends:
 *
 *	freeze --it failed: answer--> exit
 *	   |\
 *	   |   stdin ended: a hook is killed ------+
 *	   v                                       v
 *	answer --> hold --stdin ended--> thaw --> answer --> exit
 *	                --for too long->
 */
#ifndef SNAPRIG_CHILDREN_WRITER_CHILD_H
#define SNAPRIG_CHILDREN_WRITER_CHILD_H

#include <stdint.h>

#define WRITER_WHY_BYTES 1012

enum writer_deed {
	WRITER_FREEZE, /* if it failed, nothing is frozen and this is the last answer */
	WRITER_THAW,   /* the last answer */
};

/* Small enough that a pipe takes it whole. */
struct writer_answer {
	int64_t result;		    /* 0 or -errno, as in writers/hands.h */
	int32_t deed;		    /* enum writer_deed */
	char why[WRITER_WHY_BYTES]; /* a text; empty if RESULT is 0 */
};

/*
 * argv[1] of this program; then what PATH is, PATH, and for how many milliseconds at most it is
 * held, or THAW_ONLY.
 */
#define WRITER_CHILD	      "hold-writer"
#define WRITER_CHILD_HOOK     "hook"
#define WRITER_CHILD_FSFREEZE "fsfreeze"

/* Thaws what another process has frozen or had begun to freeze; it is fine if nothing is frozen. */
#define WRITER_CHILD_THAW_ONLY "thaw-only"

/* Returns an exit code; its answers say what became of the writer. */
int writer_child(int argc, char **argv);

#endif
