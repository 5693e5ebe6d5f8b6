/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.c - one process that writes, discards, zeroes, reads and seeks in its stripe.
 *
 * A mapping reaches only pages that lie in the stripe whole: the kernel writes
 * pages, and would write a neighbour's bytes as they were.
 */
#include "tests/e2e/load/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct actor {
	struct load *load;
	unsigned index;
	struct writer *writer;
	uint64_t chance;
	int fd, direct_fd;
	unsigned char *bytes; /* aligned to a page */
};

/* ---- what to do, and where -------------------------------------------------- */

static enum kind choose_kind(struct actor *actor)
{
	/* In 64ths. */
	static const unsigned char shares[KIND_COUNT] = { 15, 10, 6, 4, 3, 14, 4, 7, 1 };
	uint64_t traits = actor->load->ledger->traits;
	uint64_t pick = draw(&actor->chance, 64);
	enum kind kind = KIND_WRITE;

	if (traits & TRAIT_BIG)
		return pick % 3 == 0 ? KIND_READ : KIND_DIRECT;
	while (pick >= shares[kind])
		pick -= shares[kind++];
	if (kind == KIND_DISCARD && !(traits & TRAIT_DISCARDS))
		kind = KIND_ZERO;
	if (!(traits & TRAIT_SECTORS))
		return kind;
	if (kind == KIND_WRITE || kind == KIND_MAPPED ||
		(kind == KIND_ZERO && !(traits & TRAIT_DISCARDS)))
		return KIND_DIRECT;
	return kind == KIND_MAPPED_READ || kind == KIND_SEEK ? KIND_READ : kind;
}

static uint64_t unit_of(const struct actor *actor, enum kind kind)
{
	if (kind == KIND_DIRECT || actor->load->ledger->traits & TRAIT_SECTORS)
		return SECTOR_BYTES;
	return 1;
}

/* A range in the stripe, most of them short; false when it has no room for one. */
static bool choose_range(struct actor *actor, struct operation *ret)
{
	bool is_mapped = ret->kind == KIND_MAPPED || ret->kind == KIND_MAPPED_READ;
	uint64_t unit = unit_of(actor, ret->kind), edge = is_mapped ? PAGE_BYTES : unit;
	uint64_t from = (actor->writer->from + edge - 1) / edge * edge;
	uint64_t to = atomic_load(&actor->writer->to) / edge * edge;
	uint64_t bits = draw(&actor->chance, draw(&actor->chance, 8) == 0 ? 21 : 15);
	uint64_t length = 1 + draw(&actor->chance, 1ull << bits);

	if (from >= to)
		return false;
	if (actor->load->ledger->traits & TRAIT_BIG)
		length = OPERATION_BYTES_MAX;
	length = (length + unit - 1) / unit * unit;
	if (length > to - from)
		length = to - from;
	ret->length = (uint32_t)length;
	ret->offset = from + draw(&actor->chance, (to - from - length) / unit + 1) * unit;
	return true;
}

/* ---- doing it: 0 or an errno ------------------------------------------------ */

static int change(struct actor *actor, const struct operation *operation)
{
	off_t offset = (off_t)operation->offset;
	int fd = operation->kind == KIND_DIRECT ? actor->direct_fd : actor->fd;
	ssize_t got;

	switch (operation->kind) {
	case KIND_MAPPED:
		return mapped_write(fd, actor->bytes, operation->length, operation->offset);
	case KIND_DISCARD:
	case KIND_ZERO:
		if (fallocate(fd,
			    (operation->kind == KIND_ZERO ? FALLOC_FL_ZERO_RANGE
							  : FALLOC_FL_PUNCH_HOLE) |
				    FALLOC_FL_KEEP_SIZE,
			    offset, operation->length) < 0)
			return errno;
		return 0;
	default:
		got = pwrite(fd, actor->bytes, operation->length, offset);
		return got < 0 ? errno : got != operation->length ? ENOSPC : 0;
	}
}

/* Is FROM..TO zeros, as far as it is known? */
static bool is_zero(const struct actor *actor, uint64_t from, uint64_t to)
{
	for (; from < to; from++) {
		if (actor->load->live[from] && !actor->load->live_mask[from])
			return false;
	}
	return true;
}

static int seek(struct actor *actor, const struct operation *operation)
{
	bool for_data = draw(&actor->chance, 2);
	uint64_t from = operation->offset, to = atomic_load(&actor->writer->to);
	off_t got = lseek(actor->fd, (off_t)from, for_data ? SEEK_DATA : SEEK_HOLE);

	if (got < 0 && errno != ENXIO)
		return errno;
	if (got < 0 && !for_data)
		differs("SEEK_HOLE from %ju finds no end of the file", (uintmax_t)from);
	uint64_t found = got < 0 ? UINT64_MAX : (uint64_t)got;

	if (found < from)
		differs("a seek from %ju goes back to %ju", (uintmax_t)from, (uintmax_t)found);
	if (for_data && !is_zero(actor, from, found < to ? found : to))
		differs("SEEK_DATA from %ju to %jd passes over data", (uintmax_t)from,
			(intmax_t)got);
	if (!for_data && found < to && !is_zero(actor, found, found + 1))
		differs("SEEK_HOLE from %ju finds %ju, which is data", (uintmax_t)from,
			(uintmax_t)found);
	return 0;
}

static void compare(const struct actor *actor, const struct operation *operation)
{
	const unsigned char *wanted = actor->load->live + operation->offset;
	const unsigned char *mask = actor->load->live_mask + operation->offset;

	if (memcmp(actor->bytes, wanted, operation->length) == 0)
		return;
	for (uint64_t i = 0; i < operation->length; i++) {
		if (actor->bytes[i] != wanted[i] && !mask[i])
			differs("writer %u, %s of %u bytes at %ju: byte %ju is %#x and not %#x",
				actor->index, kind_name(operation->kind), operation->length,
				(uintmax_t)operation->offset, (uintmax_t)(operation->offset + i),
				actor->bytes[i], wanted[i]);
	}
}

static int look(struct actor *actor, const struct operation *operation)
{
	int error = 0;

	if (operation->kind == KIND_SYNC)
		return fdatasync(actor->fd) < 0 ? errno : 0;
	if (operation->kind == KIND_SEEK)
		return seek(actor, operation);
	if (operation->kind == KIND_MAPPED_READ)
		error = mapped_read(actor->fd, actor->bytes, operation->length, operation->offset);
	else
		error = read_whole(actor->fd, actor->bytes, operation->length, operation->offset);
	if (error == 0)
		compare(actor, operation);
	return error;
}

/* ---- one after the other ---------------------------------------------------- */

/* Waits while the log is full; false when the run is over. */
static bool log_has_room(struct writer *writer, const struct ledger *ledger)
{
	while (atomic_load(&writer->issued) - atomic_load(&writer->replayed) > LOG_OPERATIONS - 2) {
		if (atomic_load(&ledger->stop))
			return false;
		atomic_fetch_add(&writer->beats, 1);
		usleep(1000);
	}
	return true;
}

static int one_change(struct actor *actor, struct operation *operation)
{
	struct writer *writer = actor->writer;
	uint64_t issued = atomic_load(&writer->issued);
	struct operation *logged = &writer->log[issued % LOG_OPERATIONS];
	int error;

	operation_fill(actor->load, actor->index, operation, actor->bytes);
	*logged = *operation;
	atomic_store(&writer->issued, issued + 1);
	error = change(actor, operation);
	/* Of pages that it cannot send any more, as the volume is gone, the kernel says nothing. */
	if ((error || operation->kind == KIND_MAPPED) && !load_is_mounted(actor->load))
		return error ? error : ENOTCONN;
	logged->has_failed = error != 0;
	operation_apply(
		actor->load, actor->index, logged, actor->load->live, actor->load->live_mask);
	atomic_store(&writer->acknowledged, issued + 1);
	return error;
}

static int one_operation(struct actor *actor)
{
	struct writer *writer = actor->writer;
	struct ledger *ledger = actor->load->ledger;
	struct operation operation = { .kind = (uint16_t)choose_kind(actor) };
	int error;

	if (!choose_range(actor, &operation))
		return END_RIGHT;
	operation.number = atomic_fetch_add(&writer->number, 1) + 1;
	atomic_store(&writer->doing, operation.kind);
	error = operation_changes(operation.kind) ? one_change(actor, &operation)
						  : look(actor, &operation);
	atomic_fetch_add(&writer->beats, 1);
	if (error && !load_is_mounted(actor->load))
		return END_UNMOUNTED;
	if (error && !(ledger->traits & TRAIT_MAY_FAIL))
		differs("writer %u, %s of %u bytes at %ju: %s", actor->index,
			kind_name(operation.kind), operation.length, (uintmax_t)operation.offset,
			strerror(error));
	writer->failed += error != 0;
	writer->done[operation.kind]++;
	writer->bytes += operation.length;
	atomic_fetch_add(&ledger->operations, 1);
	return END_RIGHT;
}

int writer_run(struct load *load, unsigned index)
{
	struct writer *writer = &load->ledger->writers[index];
	bool has_sectors = load->ledger->traits & TRAIT_SECTORS;
	struct actor actor = {
		.load = load,
		.index = index,
		.writer = writer,
		.chance = load->ledger->seed ^ (uint64_t)(index + 1) << 32 ^
			  atomic_load(&writer->number),
		.fd = load_open_live(load, O_RDWR | (has_sectors ? O_DIRECT : 0)),
		.direct_fd = load_open_live(load, O_RDWR | O_DIRECT),
		.bytes = aligned_alloc(PAGE_BYTES, OPERATION_BYTES_MAX),
	};
	int end = actor.bytes ? END_RIGHT : END_MACHINE;

	while (end == END_RIGHT && !atomic_load(&load->ledger->stop) &&
		log_has_room(writer, load->ledger))
		end = one_operation(&actor);
	return end;
}
