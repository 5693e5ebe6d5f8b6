/* SPDX-License-Identifier: Apache-2.0 */
/*
 * old_ring.c - a library to preload: io_uring as Linux 5.15 has it.
 *
 * A ring that is asked for with a flag that came later is refused, as that kernel does
 * (io_uring_setup(2): EINVAL), and so is a request to cancel that has flags.  Says so on
 * descriptor 2, when OLD_RING_SAYS is set.  OLD_RING_FEATURES is what the program itself is told
 * that the kernel has, in place of what it has (io_uring_params.features).
 */
#include <dlfcn.h>
#include <errno.h>
#include <liburing.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The last flag of Linux 5.15 is IORING_SETUP_R_DISABLED (5.10). */
#define KNOWN_FLAGS (2 * IORING_SETUP_R_DISABLED - 1)

/* No request of any kernel. */
#define UNKNOWN_REQUEST 0xff

static void say(const char *text)
{
	if (getenv("OLD_RING_SAYS") && write(2, text, strlen(text)) < 0)
		abort();
}

/* The next function of this name. */
static void find(const char *name, void *ret)
{
	*(void **)ret = dlsym(RTLD_NEXT, name);
}

int io_uring_queue_init_params(unsigned entries, struct io_uring *ring, struct io_uring_params *p)
{
	int (*real)(unsigned, struct io_uring *, struct io_uring_params *);

	if (p->flags & ~KNOWN_FLAGS) {
		say("old_ring: refused a ring\n");
		return -EINVAL;
	}
	find("io_uring_queue_init_params", &real);
	return real ? real(entries, ring, p) : -ENOSYS;
}

/* What is about to be submitted and came later is a request that the kernel does not know. */
static void refuse(struct io_uring *ring)
{
	struct io_uring_sq *queue = &ring->sq;

	for (unsigned at = queue->sqe_head; at != queue->sqe_tail; at++) {
		struct io_uring_sqe *sqe = &queue->sqes[at & queue->ring_mask];

		if (sqe->opcode != IORING_OP_ASYNC_CANCEL || sqe->cancel_flags == 0)
			continue;
		sqe->opcode = UNKNOWN_REQUEST;
		say("old_ring: refused a request\n");
	}
}

int io_uring_submit(struct io_uring *ring)
{
	int (*real)(struct io_uring *);

	refuse(ring);
	find("io_uring_submit", &real);
	return real(ring);
}

int io_uring_submit_and_wait(struct io_uring *ring, unsigned wanted)
{
	int (*real)(struct io_uring *, unsigned);

	refuse(ring);
	find("io_uring_submit_and_wait", &real);
	return real(ring, wanted);
}

int io_uring_submit_and_get_events(struct io_uring *ring)
{
	int (*real)(struct io_uring *);

	refuse(ring);
	find("io_uring_submit_and_get_events", &real);
	return real(ring);
}

int io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **ret,
	unsigned wanted, struct __kernel_timespec *wait, sigset_t *signals)
{
	int (*real)(struct io_uring *, struct io_uring_cqe **, unsigned, struct __kernel_timespec *,
		sigset_t *);

	refuse(ring);
	find("io_uring_submit_and_wait_timeout", &real);
	return real(ring, ret, wanted, wait, signals);
}

long syscall(long number, ...)
{
	long (*real)(long, ...), a[6], result;
	const char *features = getenv("OLD_RING_FEATURES");
	va_list list;

	va_start(list, number);
	for (unsigned i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	find("syscall", &real);
	result = real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (number == __NR_io_uring_setup && result >= 0 && features)
		((struct io_uring_params *)a[1])->features = (unsigned)strtoul(features, NULL, 0);
	return result;
}
