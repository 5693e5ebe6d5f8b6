/* SPDX-License-Identifier: Apache-2.0 */
/*
 * old_ring.c - a library to preload: io_uring as Linux 5.15 has it.
 *
 * A ring that is asked for with a flag that came later is refused, as that kernel does
 * (io_uring_setup(2): EINVAL).  Writes to descriptor 2 once that it has refused one, when
 * OLD_RING_SAYS is set.
 */
#include <dlfcn.h>
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <unistd.h>

/* The last flag of Linux 5.15 is IORING_SETUP_R_DISABLED (5.10). */
#define KNOWN_FLAGS (2 * IORING_SETUP_R_DISABLED - 1)

int io_uring_queue_init_params(unsigned entries, struct io_uring *ring, struct io_uring_params *p)
{
	static const char text[] = "old_ring: refused\n";
	int (*real)(unsigned, struct io_uring *, struct io_uring_params *);

	if (p->flags & ~KNOWN_FLAGS) {
		if (getenv("OLD_RING_SAYS") && write(2, text, sizeof text - 1) < 0)
			return -EIO;
		return -EINVAL;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "io_uring_queue_init_params");
	return real ? real(entries, ring, p) : -ENOSYS;
}
