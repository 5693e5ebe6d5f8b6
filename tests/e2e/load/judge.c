/* SPDX-License-Identifier: Apache-2.0 */
/* judge.c - what was read against what may be there (load.h, points 2 to 5). */
#include "tests/e2e/load/load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One stripe as it would be after some operations, while a view is compared with it. */
struct stripe {
	const struct load *load;
	unsigned writer;
	unsigned char *bytes, *mask; /* of the whole volume */
	unsigned char fresh[OPERATION_BYTES_MAX];
};

int read_whole(int fd, unsigned char *bytes, uint64_t length, uint64_t offset)
{
	while (length > 0) {
		ssize_t got = pread(fd, bytes,
			length < OPERATION_BYTES_MAX ? length : OPERATION_BYTES_MAX, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? errno : ENODATA;
		bytes += got;
		offset += (uint64_t)got;
		length -= (uint64_t)got;
	}
	return 0;
}

/* The first byte of FROM..TO in which they differ and that is known, or TO. */
static uint64_t first_difference(
	const struct stripe *stripe, const unsigned char *view, uint64_t from, uint64_t to)
{
	for (uint64_t at = from; at < to;) {
		uint64_t piece = to - at < PAGE_BYTES ? to - at : PAGE_BYTES;

		if (memcmp(view + at, stripe->bytes + at, piece) != 0) {
			for (uint64_t i = at; i < at + piece; i++) {
				if (view[i] != stripe->bytes[i] && !stripe->mask[i])
					return i;
			}
		}
		at += piece;
	}
	return to;
}

/* The same when NEXT may have been done in part; the stripe stays as it is. */
static uint64_t first_difference_beside(
	struct stripe *stripe, const unsigned char *view, uint64_t to, const struct operation *next)
{
	uint64_t from = stripe->load->ledger->writers[stripe->writer].from;
	uint64_t end = next->offset + next->length;
	uint64_t at = first_difference(stripe, view, from, next->offset < to ? next->offset : to);

	if (at < next->offset && at < to)
		return at;
	operation_fill(stripe->load, stripe->writer, next, stripe->fresh);
	for (at = next->offset; at < end && at < to; at++) {
		if (view[at] != stripe->bytes[at] && !stripe->mask[at] &&
			view[at] != stripe->fresh[at - next->offset])
			return at;
	}
	return end < to ? first_difference(stripe, view, end, to) : to;
}

/* Finds a number of operations that the view can be; TO is the stripe's end in it. */
static void judge_stripe(struct stripe *stripe, const unsigned char *view, uint64_t to, uint64_t lo,
	uint64_t hi, const char *what)
{
	const struct writer *writer = &stripe->load->ledger->writers[stripe->writer];
	uint64_t furthest = 0, furthest_at = 0;

	memcpy(stripe->bytes + writer->from, stripe->load->base + writer->from,
		writer->to - writer->from);
	memcpy(stripe->mask + writer->from, stripe->load->base_mask + writer->from,
		writer->to - writer->from);
	for (uint64_t done = atomic_load(&writer->replayed); done <= hi; done++) {
		const struct operation *next = &writer->log[done % LOG_OPERATIONS];

		if (done >= lo) {
			uint64_t at = done == hi ? first_difference(stripe, view, writer->from, to)
						 : first_difference_beside(stripe, view, to, next);
			if (at == to)
				return;
			if (at >= furthest_at) {
				furthest_at = at;
				furthest = done;
			}
		}
		if (done < hi)
			operation_apply(
				stripe->load, stripe->writer, next, stripe->bytes, stripe->mask);
	}
	const unsigned char *wanted = stripe->bytes;

	for (uint64_t done = atomic_load(&writer->replayed); done < hi; done++) {
		const struct operation *next = &writer->log[done % LOG_OPERATIONS];

		if (furthest_at >= next->offset && furthest_at < next->offset + next->length)
			printf("operation %ju there: %s of %u bytes at %ju%s\n", (uintmax_t)done,
				kind_name(next->kind), next->length, (uintmax_t)next->offset,
				next->has_failed ? ", failed" : "");
	}
	differs("%s, writer %u (bytes %ju to %ju): is what no number of its operations from %ju to "
		"%ju left; after %ju it is right up to byte %ju, which is %#x and not %#x",
		what, stripe->writer, (uintmax_t)writer->from, (uintmax_t)to, (uintmax_t)lo,
		(uintmax_t)hi, (uintmax_t)furthest, (uintmax_t)furthest_at, view[furthest_at],
		wanted[furthest_at]);
}

void judge_view(const struct load *load, const unsigned char *view, uint64_t size_bytes,
	const uint64_t *lo, const uint64_t *hi, const char *what)
{
	static struct stripe stripe;
	static unsigned char *bytes, *mask;

	if (!bytes) {
		bytes = malloc(load->ledger->size_max_bytes);
		mask = malloc(load->ledger->size_max_bytes);
		if (!bytes || !mask)
			exit(END_MACHINE);
	}
	stripe.load = load;
	stripe.bytes = bytes;
	stripe.mask = mask;
	for (unsigned i = 0; i < load->ledger->writer_count; i++) {
		uint64_t to = load->ledger->writers[i].to;

		stripe.writer = i;
		judge_stripe(&stripe, view, to < size_bytes ? to : size_bytes, lo[i], hi[i], what);
	}
}

void base_advance(const struct load *load, unsigned index, uint64_t to)
{
	struct writer *writer = &load->ledger->writers[index];

	for (uint64_t done = atomic_load(&writer->replayed); done < to; done++) {
		operation_apply(load, index, &writer->log[done % LOG_OPERATIONS], load->base,
			load->base_mask);
		atomic_store(&writer->replayed, done + 1);
	}
}

void judge_content(const struct load *load, const struct slot *slot, const unsigned char *found,
	const unsigned char *wanted, const struct operation *pending)
{
	static unsigned char fresh[OPERATION_BYTES_MAX];
	uint64_t from = pending ? pending->offset : 0;
	uint64_t to = pending ? from + pending->length : 0;

	if (memcmp(found, wanted, slot->size_bytes) == 0)
		return;
	if (pending)
		operation_fill(load, WRITERS_MAX, pending, fresh);
	for (uint64_t at = 0; at < slot->size_bytes; at++) {
		bool may_be_fresh = at >= from && at < to && found[at] == fresh[at - from];

		if (found[at] != wanted[at] && !may_be_fresh)
			differs("snapshot '%s' has changed at byte %ju: %#x and not %#x",
				slot->name, (uintmax_t)at, found[at], wanted[at]);
	}
}

static void verify_slot(struct load *load, struct slot *slot, unsigned char *view)
{
	struct ledger *ledger = load->ledger;
	uint64_t state = atomic_load(&slot->state);
	unsigned char *content = load->content[slot - ledger->slots];
	int fd = open(load_path(load, "snapshots/", slot->name), O_RDONLY | O_CLOEXEC);
	int error = fd < 0 ? errno : 0;
	struct stat facts;

	if (error == 0 && fstat(fd, &facts) < 0)
		error = errno;
	if (error == 0 && (uint64_t)facts.st_size != slot->size_bytes)
		differs("snapshot '%s' has %jd bytes and not %ju", slot->name,
			(intmax_t)facts.st_size, (uintmax_t)slot->size_bytes);
	if (error == 0)
		error = read_whole(fd, view, slot->size_bytes, 0);
	if (fd >= 0)
		close(fd);
	if (error) {
		bool may_be_absent = state == SLOT_CREATING || state == SLOT_CLONING ||
				     state == SLOT_DELETING;

		if (!(error == ENOENT && may_be_absent) && !(ledger->traits & TRAIT_MAY_FAIL))
			differs("snapshot '%s' cannot be read: %s", slot->name, strerror(error));
		ledger->keeper.failed += error != ENOENT;
		if (error != ENOENT)
			unlink(load_path(load, "snapshots/", slot->name));
		atomic_store(&slot->state, SLOT_FREE);
		return;
	}
	if (state == SLOT_CREATING) {
		for (unsigned i = 0; i < ledger->writer_count; i++)
			slot->hi[i] = atomic_load(&ledger->writers[i].issued);
		judge_view(load, view, slot->size_bytes, slot->lo, slot->hi, slot->name);
	} else {
		judge_content(
			load, slot, view, content, state == SLOT_WRITING ? &slot->pending : NULL);
	}
	memcpy(content, view, slot->size_bytes);
	atomic_store(&slot->state, SLOT_ALIVE);
}

/* A name of which the ledger knows nothing: a snapshot that came back, or what a clone left. */
static void verify_names(const struct load *load)
{
	DIR *folder = opendir(load_path(load, "snapshots", ""));
	const struct dirent *entry;

	if (!folder)
		differs("the folder of snapshots cannot be read: %s", strerror(errno));
	while ((entry = readdir(folder))) {
		bool is_known = entry->d_name[0] == '.';

		for (unsigned i = 0; i < load->ledger->slot_count; i++) {
			const struct slot *slot = &load->ledger->slots[i];

			if (atomic_load(&slot->state) != SLOT_FREE &&
				!strcmp(slot->name, entry->d_name))
				is_known = true;
		}
		if (!is_known)
			differs("there is a snapshot '%s', which was deleted or never made",
				entry->d_name);
	}
	closedir(folder);
}

static void verify_live(struct load *load, unsigned char *view)
{
	struct ledger *ledger = load->ledger;
	uint64_t lo[WRITERS_MAX], hi[WRITERS_MAX];
	int fd = load_open_live(load, O_RDONLY);
	off_t end = lseek(fd, 0, SEEK_END);
	int error;

	if (ledger->size_next_bytes && (uint64_t)end == ledger->size_next_bytes) {
		atomic_store(&ledger->size_bytes, ledger->size_next_bytes);
		ledger->writers[ledger->writer_count - 1].to = ledger->size_next_bytes;
	}
	ledger->size_next_bytes = 0;
	if ((uint64_t)end != atomic_load(&ledger->size_bytes))
		differs("the live view has %jd bytes and not %ju", (intmax_t)end,
			(uintmax_t)atomic_load(&ledger->size_bytes));
	error = read_whole(fd, view, (uint64_t)end, 0);
	if (error)
		differs("the live view cannot be read: %s", strerror(error));
	close(fd);
	for (unsigned i = 0; i < ledger->writer_count; i++) {
		lo[i] = atomic_load(&ledger->writers[i].acknowledged);
		hi[i] = atomic_load(&ledger->writers[i].issued);
	}
	judge_view(load, view, (uint64_t)end, lo, hi, "live");
	for (unsigned i = 0; i < ledger->writer_count; i++) {
		struct writer *writer = &ledger->writers[i];

		base_advance(load, i, lo[i]);
		/* What was under way is what it was found to be, from now on. */
		if (hi[i] > lo[i]) {
			const struct operation *last = &writer->log[lo[i] % LOG_OPERATIONS];

			memset(load->base_mask + last->offset, 0, last->length);
			memcpy(load->base + last->offset, view + last->offset, last->length);
		}
		atomic_store(&writer->issued, 0);
		atomic_store(&writer->acknowledged, 0);
		atomic_store(&writer->replayed, 0);
	}
	memcpy(load->live, load->base, ledger->size_max_bytes);
	memcpy(load->live_mask, load->base_mask, ledger->size_max_bytes);
}

int verify_all(struct load *load)
{
	struct ledger *ledger = load->ledger;
	unsigned char *view = malloc(ledger->size_max_bytes);

	if (!view)
		return END_MACHINE;
	if (!load_is_mounted(load))
		return END_UNMOUNTED;
	for (unsigned i = 0; i < ledger->slot_count; i++) {
		if (atomic_load(&ledger->slots[i].state) != SLOT_FREE)
			verify_slot(load, &ledger->slots[i], view);
	}
	if (ledger->traits & TRAIT_MEDDLED)
		meddlers_clear(load);
	/* The logs are of use up to here. */
	verify_live(load, view);
	verify_names(load);
	free(view);
	return END_RIGHT;
}
