/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hands.h - what a writer needs whose freezing is work of the machine.
 *
 * A hook is a program, and freezing a file system waits for that file system,
 * which may lie on the very volume: neither can be done by the thread that
 * serves it.  So the volume is given hands; children/writer_process.h has them.
 *
 *	  begin
 *	    |
 *	    v        frozen(0)            thaw()              thawed
 *	FREEZING ---------------> FROZEN ---------> THAWING ----------> (over)
 *	    |  |                     |                  ^
 *	    |  +--- thaw() ----------|------------------+
 *	    |                        +-- died ----------+
 *	    +--- frozen(-errno): nothing is frozen any more --> (over)
 *
 * Whatever happens to the rig, what its hands froze is thawed: they are
 * processes that thaw when nobody holds them any more.
 */
#ifndef SNAPRIG_VOLUME_WRITERS_HANDS_H
#define SNAPRIG_VOLUME_WRITERS_HANDS_H

#include <stdbool.h>
#include <stdint.h>

enum writer_kind {
	WRITER_SIMULATED,
	WRITER_HOOK,	 /* an executable that is called with `freeze` and `thaw` */
	WRITER_FSFREEZE, /* a mounted file system: FIFREEZE and FITHAW */
};

/* One freeze and its thaw; embedded in the writer, which fills in the callbacks. */
struct writer_hand {
	/* All required.  They come from the event loop, never from within a call below.
	 * WHY is one line for people, lent, and NULL when RESULT is 0. */

	/* RESULT 0: it is frozen.  Else it is not, and this hand is over: -EPERM,
	 * -EOPNOTSUPP (a file system that cannot freeze; a FUSE mount is one), -EDEADLK
	 * (the rig's own files lie on it), -EBUSY
	 * (frozen already, by somebody else), -EAGAIN (a hook exited with 75,
	 * EX_TEMPFAIL: it asks to be tried again), -EIO (a hook failed in any other
	 * way), -errno.  Not called any more after thaw(). */
	void (*frozen)(struct writer_hand *hand, int result, const char *why);

	/* The process that held it frozen is gone, or has held it for too long, unasked;
	 * what it froze is being thawed, and `thawed` follows. */
	void (*died)(struct writer_hand *hand, const char *why);

	/* It is over.  RESULT as `frozen` has it: not 0 when thawing failed. */
	void (*thawed)(struct writer_hand *hand, int result, const char *why);

	void *work; /* of the hands */
};

struct writer_hands {
	/* Required.  Begins to freeze what PATH names, a KIND other than WRITER_SIMULATED.
	 * Frozen for HOLD_NS, by time and not by the rig's clock, it thaws of itself, and
	 * has `died`: whoever should thaw it may be waiting for what is frozen.
	 * 0, or -errno: nothing has begun. */
	int (*freeze)(struct writer_hands *hands, struct writer_hand *hand, enum writer_kind kind,
		const char *path, uint64_t hold_ns);

	/* Required.  Begins to thaw.  What is still freezing is given up: a hook is killed
	 * and then called with `thaw`; a file system is thawed as soon as it has frozen. */
	void (*thaw)(struct writer_hands *hands, struct writer_hand *hand);
};

#endif
