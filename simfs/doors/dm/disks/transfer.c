/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transfer.c - one part of a request, to or from a file; and delayed parts.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "simfs/base/check.h"
#include "simfs/doors/dm/disks/files_internal.h"

/* If a file cannot zero a range itself, zeros are written in pieces of this size. */
#define ZEROS_BYTES (1u << 20)

static const char zeros[ZEROS_BYTES] __attribute__((aligned(4096)));

struct transfer {
	struct pump_op op;
	struct files *files;
	struct flow_part *part;
	struct disk_file *file;
	uint64_t done; /* bytes */
	bool writes_zeros;
	struct __kernel_timespec wait;
};

static void transfer_go(struct transfer *transfer);

static void transfer_end(struct transfer *transfer, int error)
{
	struct files *files = transfer->files;
	struct flow_part *part = transfer->part;
	uint64_t good = transfer->done;

	if (transfer->file)
		file_put(files, transfer->file);
	free(transfer);
	flow_part_done(files->flow, part, error, good);
}

/* Direct if all of it has the alignment that the file wants. */
static int fd_for(const struct disk_file *file, uint64_t offset, uint64_t length, const void *data)
{
	uint64_t odd = offset | length | (uintptr_t)data;

	const struct files_facts *facts = &file->facts;

	return facts->direct_fd >= 0 && odd % facts->align == 0 ? facts->direct_fd
								: facts->buffered_fd;
}

static bool is_unsupported(int error)
{
	return error == -EOPNOTSUPP || error == -ENOSYS || error == -EINVAL || error == -ENODEV;
}

static void transfer_done(struct pump_op *op, int result, uint32_t flags)
{
	struct transfer *transfer = CONTAINER_OF(op, struct transfer, op);
	enum disk_op what = transfer->part->io->op;

	(void)flags;
	if (disk_op_has_data(what) || transfer->writes_zeros) {
		if (result > 0)
			transfer->done += (unsigned)result;
		/* 0: the file ends too early. */
		if (result <= 0)
			transfer_end(transfer, result < 0 ? result : -EIO);
		else
			transfer_go(transfer);
		return;
	}
	if (what != DISK_OP_FLUSH && is_unsupported(result)) {
		if (what == DISK_OP_ZERO)
			transfer->file->cannot_zero = true;
		else
			transfer->file->cannot_punch = true;
		transfer_go(transfer);
		return;
	}
	transfer_end(transfer, result < 0 ? result : 0);
}

static void data_go(struct transfer *transfer, struct io_uring_sqe *sqe)
{
	const struct flow_part *part = transfer->part;
	char *data = part->io->data + part->from + transfer->done;
	uint64_t offset = part->offset + transfer->done;
	uint64_t length = part->length - transfer->done;
	int fd = fd_for(transfer->file, offset, length, data);

	if (part->io->op == DISK_OP_READ)
		io_uring_prep_read(sqe, fd, data, (unsigned)length, offset);
	else
		io_uring_prep_write(sqe, fd, data, (unsigned)length, offset);
}

static void zeros_go(struct transfer *transfer, struct io_uring_sqe *sqe)
{
	const struct flow_part *part = transfer->part;
	const struct disk_file *file = transfer->file;
	bool is_zero = part->io->op == DISK_OP_ZERO;

	transfer->writes_zeros = is_zero ? file->cannot_zero : file->cannot_punch;
	if (!transfer->writes_zeros) {
		io_uring_prep_fallocate(sqe, file->facts.buffered_fd,
			(is_zero ? FALLOC_FL_ZERO_RANGE : FALLOC_FL_PUNCH_HOLE) |
				FALLOC_FL_KEEP_SIZE,
			part->offset, part->length);
		return;
	}

	uint64_t offset = part->offset + transfer->done;
	uint64_t left = part->length - transfer->done;
	uint64_t length = left < ZEROS_BYTES ? left : ZEROS_BYTES;

	io_uring_prep_write(
		sqe, fd_for(file, offset, length, zeros), zeros, (unsigned)length, offset);
}

static void transfer_go(struct transfer *transfer)
{
	const struct flow_part *part = transfer->part;
	enum disk_op op = part->io->op;

	if (op != DISK_OP_FLUSH && transfer->done == part->length) {
		transfer_end(transfer, 0);
		return;
	}

	struct io_uring_sqe *sqe = pump_sqe(transfer->files->pump);

	if (disk_op_has_data(op))
		data_go(transfer, sqe);
	else if (op == DISK_OP_FLUSH)
		io_uring_prep_fsync(sqe, transfer->file->facts.buffered_fd, IORING_FSYNC_DATASYNC);
	else
		zeros_go(transfer, sqe);
	/* The ring would first ask the file whether it can be polled, blocking this thread. */
	if (transfer->file->facts.is_served)
		sqe->flags |= IOSQE_ASYNC;
	pump_start(sqe, &transfer->op);
}

static struct transfer *transfer_new(struct files *files, struct flow_part *part)
{
	struct transfer *transfer = calloc(1, sizeof *transfer);

	if (!transfer)
		return NULL;
	transfer->files = files;
	transfer->part = part;
	return transfer;
}

void files_transfer(void *context, struct flow_part *part)
{
	struct files *files = context;
	struct disk_file *file = file_find(files, part->id);
	bool changes = part->io->op != DISK_OP_READ && part->io->op != DISK_OP_FLUSH;
	bool is_refused = !file || (changes && file->facts.read_only);
	struct transfer *transfer = is_refused ? NULL : transfer_new(files, part);

	if (!transfer) {
		flow_part_done(files->flow, part, is_refused ? -EIO : -ENOMEM, 0);
		return;
	}
	transfer->op.done = transfer_done;
	transfer->file = file;
	file->users++;
	transfer_go(transfer);
}

static void delay_done(struct pump_op *op, int result, uint32_t flags)
{
	struct transfer *transfer = CONTAINER_OF(op, struct transfer, op);
	struct flow_part *part = transfer->part;
	struct files *files = transfer->files;

	(void)result;
	(void)flags;
	free(transfer);
	flow_part_go(files->flow, part);
}

void files_delay(void *context, struct flow_part *part, uint32_t ms)
{
	struct files *files = context;
	struct transfer *transfer = transfer_new(files, part);

	if (!transfer) {
		flow_part_done(files->flow, part, -ENOMEM, 0);
		return;
	}
	transfer->op.done = delay_done;
	transfer->wait = (struct __kernel_timespec){
		.tv_sec = ms / 1000,
		.tv_nsec = (long long)(ms % 1000) * 1000000,
	};

	struct io_uring_sqe *sqe = pump_sqe(files->pump);

	io_uring_prep_timeout(sqe, &transfer->wait, 0, 0);
	pump_start(sqe, &transfer->op);
}
