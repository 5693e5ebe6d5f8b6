/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hands.h - for writers whose freezing is real work.
 *
 * A hook is a program, and freezing a file system waits for that file system, which may lie
 * on the very volume: the thread that serves the volume can do neither. So the volume is
 * given hands, implemented in children/writer_process.h.
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
 * Whatever happens to the rig, what its hands froze is thawed: they are processes that thaw
 * once the rig no longer holds them.
 */
#ifndef SNAPRIG_VOLUME_WRITERS_HANDS_H
#define SNAPRIG_VOLUME_WRITERS_HANDS_H

#include <stdbool.h>
#include <stdint.h>

enum writer_kind {
	WRITER_SIMULATED,
	WRITER_HOOK,	 /* an executable, called with `freeze` and `thaw` */
	WRITER_FSFREEZE, /* a mounted file system: FIFREEZE and FITHAW */
};

/* One freeze and its thaw; embedded in the writer, which sets the callbacks. */
struct writer_hand {
	/* All required, and called from the event loop, never from within a function below.
	 * WHY is one line for users, valid during the call, and NULL if RESULT is 0. */

	/* RESULT 0: it is frozen. Else it is not, and this hand is over: -EPERM, -EOPNOTSUPP
	 * (a file system that cannot freeze, such as a FUSE mount), -EDEADLK (the rig's own
	 * files are on it), -EBUSY (frozen already, by someone else), -EAGAIN (a hook exited
	 * with 75, EX_TEMPFAIL: it asks for a retry), -EIO (a hook failed in another way),
	 * -errno. Not called after thaw(). */
	void (*frozen)(struct writer_hand *hand, int result, const char *why);

	/* The process that held it frozen has died, or has held it for too long; what it
	 * froze is being thawed, and `thawed` follows. */
	void (*died)(struct writer_hand *hand, const char *why);

	/* It is over. RESULT as for `frozen`: not 0 if thawing failed. */
	void (*thawed)(struct writer_hand *hand, int result, const char *why);

	void *work; /* for the hands */
};

struct writer_hands {
	/* Required. Starts to freeze what PATH names, a KIND other than WRITER_SIMULATED.
	 * After HOLD_NS of real time, not of the rig's clock, it thaws on its own, and `died`
	 * is called: the program that should thaw it may be blocked by the freeze. 0, or
	 * -errno: nothing has begun. */
	int (*freeze)(struct writer_hands *hands, struct writer_hand *hand, enum writer_kind kind,
		const char *path, uint64_t hold_ns);

	/* Required. Starts to thaw. A freeze in progress is given up: a hook is killed and
	 * then called with `thaw`; a file system is thawed as soon as it has frozen. */
	void (*thaw)(struct writer_hands *hands, struct writer_hand *hand);
};

#endif
