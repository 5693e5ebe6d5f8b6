/* SPDX-License-Identifier: Apache-2.0 */
/* ring_wait.c - how the ring waits for completions: it sleeps, or polls first. */
#include "simfs/base/clock.h"
#include "simfs/blockio/ring_internal.h"

/* More than one thread can do in BUSY_POLL_MAX_NS. */
#define LOOKS_MAX (BUSY_POLL_MAX_NS / 10)

/*
 * Answers complete while they are submitted, so those in flight are not submitted yet, or
 * their completions are ready. While a request can still arrive, nobody needs these
 * completions before something else comes. If none can, a request may be waiting for the
 * memory of an answer.
 */
static unsigned completions_wanted(const struct ring *ring)
{
	return ring->requests_awaited > 0 ? (unsigned)ring->answers + 1 : 1;
}

int ring_submit_and_sleep(struct ring *ring, uint64_t wait_ns, unsigned wanted)
{
	struct __kernel_timespec wait = {
		.tv_sec = (long long)(wait_ns / NS_PER_S),
		.tv_nsec = (long long)(wait_ns % NS_PER_S),
	};
	struct io_uring_cqe *cqe;

	ring->has_slept = true;
	ring->enters++;
	if (wait_ns == 0)
		return io_uring_submit_and_get_events(&ring->uring);
	if (wait_ns == UINT64_MAX)
		return io_uring_submit_and_wait(&ring->uring, wanted);
	return io_uring_submit_and_wait_timeout(&ring->uring, &cqe, wanted, &wait, NULL);
}

/* A completion may still be in the kernel, which delivers it when entered. */
static bool kernel_has_more(const struct ring *ring)
{
	return (IO_URING_READ_ONCE(*ring->uring.sq.kflags) & IORING_SQ_TASKRUN) != 0;
}

int ring_submit_and_look(struct ring *ring)
{
	if (io_uring_sq_ready(&ring->uring) == 0 && !kernel_has_more(ring))
		return 0;
	ring->enters++;
	return io_uring_submit_and_get_events(&ring->uring);
}

static void processor_rests(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* Polls for at most POLL_NS: 0, whether or not WANTED completions are ready, or -errno. */
static int look_out(struct ring *ring, uint64_t poll_ns, unsigned wanted)
{
	uint64_t end_ns = ring->poll.begun_ns + poll_ns;
	uint64_t now_ns = clock_real_ns(), before_ns = now_ns;
	bool found = io_uring_cq_ready(&ring->uring) >= wanted;
	int error = 0;

	/* The count guards against a clock that stands still. */
	for (unsigned looks = 0; !found && error >= 0 && now_ns < end_ns && looks < LOOKS_MAX &&
				 busy_poll_look(&ring->poll, before_ns, now_ns);
		looks++) {
		if (kernel_has_more(ring))
			error = ring_submit_and_look(ring);
		else
			processor_rests();
		found = io_uring_cq_ready(&ring->uring) >= wanted;
		before_ns = now_ns;
		now_ns = clock_real_ns();
	}
	busy_poll_polled(&ring->poll, now_ns, found);
	return error < 0 ? error : 0;
}

int ring_wait(struct ring *ring, uint64_t wait_ns)
{
	unsigned wanted = completions_wanted(ring);
	uint64_t poll_ns;
	int error;

	ring->has_slept = false;
	if (ring->poll.limit_ns == 0 || wait_ns == 0)
		return ring_submit_and_sleep(ring, wait_ns, wanted);
	poll_ns = busy_poll_begin(&ring->poll, ring->work_under_way, clock_real_ns());
	if (poll_ns == 0)
		return ring_submit_and_sleep(ring, wait_ns, wanted);
	error = ring_submit_and_look(ring);
	if (error >= 0 && io_uring_cq_ready(&ring->uring) < wanted)
		error = look_out(ring, poll_ns < wait_ns ? poll_ns : wait_ns, wanted);
	if (error >= 0 && io_uring_cq_ready(&ring->uring) < wanted)
		return ring_submit_and_sleep(ring, wait_ns, wanted);
	return error;
}
