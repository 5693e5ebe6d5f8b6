/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_child.h - the process that freezes for a writer, and holds it.
 *
 * It is asked by nothing but the end of its stdin (or a byte there), so that
 * whatever ends the rig makes it thaw:
 *
 *	freeze --it failed: answer--> exit
 *	   |  \
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
	WRITER_FREEZE, /* when it failed, nothing is frozen, and this is the last answer */
	WRITER_THAW,   /* the last answer */
};

/* Small enough that a pipe takes it whole. */
struct writer_answer {
	int64_t result;		    /* 0 or -errno, as writers/hands.h has it */
	int32_t deed;		    /* enum writer_deed */
	char why[WRITER_WHY_BYTES]; /* a text; empty when RESULT is 0 */
};

/* As argv[1] of this very program; then what PATH is, PATH, and how many milliseconds
 * it is held at most, or THAW_ONLY. */
#define WRITER_CHILD	      "hold-writer"
#define WRITER_CHILD_HOOK     "hook"
#define WRITER_CHILD_FSFREEZE "fsfreeze"

/* What another process has frozen, or had begun to; it is fine when nothing is. */
#define WRITER_CHILD_THAW_ONLY "thaw-only"

/* Returns an exit code; what became of the writer is in its answers. */
int writer_child(int argc, char **argv);

#endif
