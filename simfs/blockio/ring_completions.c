/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring_completions.c - completions in the order in which the kernel delivered them.
 *
 * Before Linux 5.19 the kernel submits nothing while completions overflow their queue. An
 * operation that is started in the middle of a completion cannot call others, so it moves what
 * is in the queue to a list of the ring's own: the early ones, which are handled next.
 */
#include "simfs/base/check.h"
#include "simfs/base/heap.h"
#include "simfs/blockio/ring_internal.h"

/*
 * Takes the oldest completion from the queue; what the kernel still holds waits for the next
 * round. On kernels before 5.11, which cannot wait with a timeout, liburing adds a timer of its
 * own; its completions are skipped.
 */
static bool queue_pop(struct ring *ring, struct ring_completion *ret)
{
	struct io_uring_cqe *cqe;
	unsigned head, passed = 0;
	bool found = false;

	io_uring_for_each_cqe(&ring->uring, head, cqe)
	{
		passed++;
		if (cqe->user_data == LIBURING_UDATA_TIMEOUT)
			continue;
		*ret = (struct ring_completion){ io_uring_cqe_get_data(cqe), cqe->res, cqe->flags };
		found = true;
		break;
	}
	io_uring_cq_advance(&ring->uring, passed);
	return found;
}

void ring_completions_make_room(struct ring *ring)
{
	unsigned before = io_uring_cq_ready(&ring->uring);
	struct ring_completion completion;

	/* Else the kernel would refuse for ever. */
	MUST(before > 0);
	while (queue_pop(ring, &completion)) {
		ring->early = heap_grow(ring->early, ring->early_count, sizeof *ring->early);
		ring->early[ring->early_count++] = completion;
	}
}

bool ring_completion_take(struct ring *ring, struct ring_completion *ret)
{
	if (ring->early_at == ring->early_count)
		return queue_pop(ring, ret);
	*ret = ring->early[ring->early_at++];
	if (ring->early_at == ring->early_count)
		ring->early_at = ring->early_count = 0;
	return true;
}

bool ring_has_early(const struct ring *ring)
{
	return ring->early_at < ring->early_count;
}

bool ring_has_request(struct ring *ring)
{
	struct io_uring_cqe *cqe;
	unsigned head;

	for (size_t i = ring->early_at; i < ring->early_count; i++)
		if (ring->early[i].op && ring->early[i].op->traffic == RING_REQUEST)
			return true;
	io_uring_for_each_cqe(&ring->uring, head, cqe)
	{
		const struct ring_op *op = io_uring_cqe_get_data(cqe);

		if (cqe->user_data != LIBURING_UDATA_TIMEOUT && op->traffic == RING_REQUEST)
			return true;
	}
	return false;
}
