/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/blockio/blockio.h"

struct waiting {
	struct blockio_request request;
	bool finished;
	int result;
};

void blockio_start(struct blockio *io, struct blockio_request *request, enum blockio_kind kind,
	uint64_t offset, void *buffer, size_t length)
{
	request->kind = kind;
	request->offset = offset;
	request->single = (struct iovec){ .iov_base = buffer, .iov_len = length };
	request->iov = &request->single;
	request->iov_count = 1;
	blockio_submit(io, request);
}

static void waiting_done(struct blockio_request *request, int result)
{
	struct waiting *waiting = CONTAINER_OF(request, struct waiting, request);

	waiting->finished = true;
	waiting->result = result;
}

int blockio_do(
	struct blockio *io, enum blockio_kind kind, uint64_t offset, void *buffer, size_t length)
{
	struct waiting waiting = { .request.done = waiting_done };

	blockio_start(io, &waiting.request, kind, offset, buffer, length);
	while (!waiting.finished)
		io->ops->step(io);
	return waiting.result;
}

void blockio_know(struct blockio *io, uint64_t bytes)
{
	io->known_bytes = bytes;
	if (io->ops->know)
		io->ops->know(io);
}

bool blockio_note_end(struct blockio *io, uint64_t end_bytes)
{
	if (end_bytes >= io->known_bytes)
		return false;
	if (!io->is_lossy || end_bytes < io->lost_from)
		io->lost_from = end_bytes;
	io->is_lossy = true;
	return true;
}

bool blockio_is_lost(const struct blockio *io, const struct blockio_request *request)
{
	uint64_t end = request->offset;

	if (!io->is_lossy || request->kind == BLOCKIO_FLUSH)
		return false;
	for (unsigned i = 0; i < request->iov_count; i++)
		end += request->iov[i].iov_len;
	return request->offset < io->known_bytes && io->lost_from < end;
}

void blockio_destroy(struct blockio *io)
{
	if (io)
		io->ops->destroy(io);
}

void blockio_abandon(struct blockio *io)
{
	if (io && io->ops->abandon)
		io->ops->abandon(io);
	else
		blockio_destroy(io);
}
