/* SPDX-License-Identifier: Apache-2.0 */
/* keeper.c - one process that makes, reads, writes, clones and deletes snapshots. */
#include "tests/e2e/load/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct caretaker {
	struct load *load;
	struct ledger *ledger;
	struct keeper *keeper;
	uint64_t chance;
	unsigned char *bytes; /* a volume's worth */
};

static const char *snapshot_path(const struct caretaker *caretaker, const struct slot *slot)
{
	return load_path(caretaker->load, "snapshots/", slot->name);
}

static unsigned char *content_of(const struct caretaker *caretaker, const struct slot *slot)
{
	return caretaker->load->content[slot - caretaker->ledger->slots];
}

static bool has_trait(const struct caretaker *caretaker, enum trait trait)
{
	return caretaker->ledger->traits & trait;
}

static struct slot *pick_if(
	struct caretaker *caretaker, enum slot_state state, bool must_be_writable)
{
	uint64_t count = caretaker->ledger->slot_count;
	uint64_t first = count ? draw(&caretaker->chance, count) : 0;

	for (uint64_t i = 0; i < count; i++) {
		struct slot *slot = &caretaker->ledger->slots[(first + i) % count];

		if (atomic_load(&slot->state) == state && (slot->is_writable || !must_be_writable))
			return slot;
	}
	return NULL;
}

/* Picks one of the slots in that state, or NULL. */
static struct slot *pick(struct caretaker *caretaker, enum slot_state state)
{
	return pick_if(caretaker, state, false);
}

static void slot_name(struct caretaker *caretaker, struct slot *slot, char letter)
{
	snprintf(slot->name, sizeof slot->name, "%c%ju", letter,
		(uintmax_t)++caretaker->keeper->names);
}

/* A snapshot did not come into being: then it must not be there. */
static int refused(struct caretaker *caretaker, struct slot *slot, const char *why)
{
	struct stat facts;

	if (!load_is_mounted(caretaker->load))
		return END_UNMOUNTED;
	if (!has_trait(caretaker, TRAIT_MAY_REFUSE) && !has_trait(caretaker, TRAIT_MAY_FAIL))
		differs("snapshot '%s' cannot be taken: %s", slot->name, why);
	if (stat(snapshot_path(caretaker, slot), &facts) == 0)
		differs("snapshot '%s' was refused (%s) and is there", slot->name, why);
	caretaker->keeper->refused++;
	atomic_store(&slot->state, SLOT_FREE);
	return END_RIGHT;
}

/* It cannot be read or written: where that may be, it goes. */
static int lost(struct caretaker *caretaker, struct slot *slot, int error)
{
	if (!load_is_mounted(caretaker->load))
		return END_UNMOUNTED;
	if (!has_trait(caretaker, TRAIT_MAY_FAIL))
		differs("snapshot '%s': %s", slot->name, strerror(error));
	caretaker->keeper->failed++;
	if (unlink(snapshot_path(caretaker, slot)) < 0 && errno != ENOENT) {
		if (!load_is_mounted(caretaker->load))
			return END_UNMOUNTED;
		differs("failed snapshot '%s' cannot be deleted: %s", slot->name, strerror(errno));
	}
	atomic_store(&slot->state, SLOT_FREE);
	return END_RIGHT;
}

static int read_slot(
	struct caretaker *caretaker, struct slot *slot, uint64_t length, uint64_t offset)
{
	int fd = open(snapshot_path(caretaker, slot), O_RDONLY | O_CLOEXEC);
	int error = fd < 0 ? errno : read_whole(fd, caretaker->bytes, length, offset);

	if (fd >= 0)
		close(fd);
	caretaker->keeper->read++;
	return error;
}

static int create(struct caretaker *caretaker)
{
	struct ledger *ledger = caretaker->ledger;
	struct slot *slot = pick(caretaker, SLOT_FREE);
	int fd, error;

	if (!slot)
		return END_RIGHT;
	slot_name(caretaker, slot, 's');
	slot->size_bytes = atomic_load(&ledger->size_bytes);
	slot->is_writable = has_trait(caretaker, TRAIT_WRITABLE);
	for (unsigned i = 0; i < ledger->writer_count; i++)
		slot->lo[i] = atomic_load(&ledger->writers[i].acknowledged);
	atomic_store(&slot->state, SLOT_CREATING);
	fd = open(snapshot_path(caretaker, slot),
		O_WRONLY | O_CREAT | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0666);
	if (fd < 0)
		return refused(caretaker, slot, strerror(errno));
	for (unsigned i = 0; i < ledger->writer_count; i++)
		slot->hi[i] = atomic_load(&ledger->writers[i].issued);
	close(fd);
	error = read_slot(caretaker, slot, slot->size_bytes, 0);
	if (error)
		return lost(caretaker, slot, error);
	judge_view(caretaker->load, caretaker->bytes, slot->size_bytes, slot->lo, slot->hi,
		slot->name);
	memcpy(content_of(caretaker, slot), caretaker->bytes, slot->size_bytes);
	atomic_store(&slot->state, SLOT_ALIVE);
	caretaker->keeper->made++;
	return END_RIGHT;
}

/* A clone of a snapshot, or a snapshot of a clone. */
static int clone_one(struct caretaker *caretaker)
{
	struct slot *source = pick(caretaker, SLOT_ALIVE), *slot = pick(caretaker, SLOT_FREE);

	if (!source || !slot)
		return END_RIGHT;
	slot_name(caretaker, slot, source->is_writable ? 't' : 'c');
	slot->size_bytes = source->size_bytes;
	slot->is_writable = !source->is_writable;
	memcpy(content_of(caretaker, slot), content_of(caretaker, source), source->size_bytes);
	atomic_store(&slot->state, SLOT_CLONING);

	const char *mount = caretaker->load->mount;
	const char *is_full = draw(&caretaker->chance, 4) == 0 ? "--full" : NULL;
	const char *of[] = { "snaprig", "snapshot", "create", mount, slot->name, "--of",
		source->name, NULL };
	const char *clone[] = { "snaprig", "snapshot", "clone", mount, source->name, slot->name,
		is_full, NULL };

	if (call_program(source->is_writable ? of : clone) != 0)
		return refused(caretaker, slot, "by the command");
	atomic_store(&slot->state, SLOT_ALIVE);
	caretaker->keeper->cloned++;
	return END_RIGHT;
}

static int read_one(struct caretaker *caretaker, bool whole)
{
	struct slot *slot = pick(caretaker, SLOT_ALIVE);
	struct slot piece;
	int error;

	if (!slot)
		return END_RIGHT;
	piece = *slot;
	uint64_t offset = whole ? 0 : draw(&caretaker->chance, slot->size_bytes);
	uint64_t length = whole ? slot->size_bytes : 1 + draw(&caretaker->chance, 300000);

	if (length > slot->size_bytes - offset)
		length = slot->size_bytes - offset;
	error = read_slot(caretaker, slot, length, offset);
	if (error)
		return lost(caretaker, slot, error);
	piece.size_bytes = length;
	judge_content(caretaker->load, &piece, caretaker->bytes,
		content_of(caretaker, slot) + offset, NULL);
	return END_RIGHT;
}

/* A page of a snapshot that nobody writes to, through a mapping. */
static int read_mapped(struct caretaker *caretaker)
{
	struct slot *slot = pick(caretaker, SLOT_ALIVE);

	if (!slot || slot->is_writable)
		return END_RIGHT;
	uint64_t offset = draw(&caretaker->chance, slot->size_bytes / PAGE_BYTES) * PAGE_BYTES;
	int fd = open(snapshot_path(caretaker, slot), O_RDONLY | O_CLOEXEC);
	int error = fd < 0 ? errno : mapped_read(fd, caretaker->bytes, PAGE_BYTES, offset);

	if (fd >= 0)
		close(fd);
	if (error)
		return lost(caretaker, slot, error);
	caretaker->keeper->read++;
	if (memcmp(caretaker->bytes, content_of(caretaker, slot) + offset, PAGE_BYTES) != 0)
		differs("snapshot '%s' has changed in its page at %ju, read through a mapping",
			slot->name, (uintmax_t)offset);
	return END_RIGHT;
}

static int write_one(struct caretaker *caretaker)
{
	struct slot *slot = pick_if(caretaker, SLOT_ALIVE, true);
	unsigned char *content;
	int fd;

	if (!slot)
		return END_RIGHT;
	slot->pending = (struct operation){
		.number = ++caretaker->keeper->names,
		.length = (uint32_t)(1 + draw(&caretaker->chance,
						 1ull << draw(&caretaker->chance, 19))),
	};
	slot->pending.offset = draw(&caretaker->chance, slot->size_bytes - slot->pending.length);
	operation_fill(caretaker->load, WRITERS_MAX, &slot->pending, caretaker->bytes);
	atomic_store(&slot->state, SLOT_WRITING);
	fd = open(snapshot_path(caretaker, slot), O_RDWR | O_CLOEXEC);

	ssize_t got = fd < 0 ? -1
			     : pwrite(fd, caretaker->bytes, slot->pending.length,
				       (off_t)slot->pending.offset);
	int error = got < 0 ? errno : got != slot->pending.length ? ENOSPC : 0;

	if (fd >= 0)
		close(fd);
	if (error)
		return lost(caretaker, slot, error);
	content = content_of(caretaker, slot) + slot->pending.offset;
	memcpy(content, caretaker->bytes, slot->pending.length);
	atomic_store(&slot->state, SLOT_ALIVE);
	caretaker->keeper->written++;
	return END_RIGHT;
}

static int delete_one(struct caretaker *caretaker)
{
	struct slot *slot = pick(caretaker, SLOT_ALIVE);

	if (!slot)
		return END_RIGHT;
	atomic_store(&slot->state, SLOT_DELETING);
	if (unlink(snapshot_path(caretaker, slot)) < 0) {
		int error = errno;

		if (!load_is_mounted(caretaker->load))
			return END_UNMOUNTED;
		if (!(error == ENOENT && has_trait(caretaker, TRAIT_MAY_FAIL)))
			differs("snapshot '%s' cannot be deleted: %s", slot->name, strerror(error));
	}
	atomic_store(&slot->state, SLOT_FREE);
	caretaker->keeper->deleted++;
	return END_RIGHT;
}

static int coalesce(struct caretaker *caretaker)
{
	const char *arguments[] = { "snaprig", "coalesce", caretaker->load->mount, NULL };

	if (call_program(arguments) != 0 && !load_is_mounted(caretaker->load))
		return END_UNMOUNTED;
	caretaker->keeper->coalesced++;
	return END_RIGHT;
}

/* Makes the volume longer, for which all snapshots have to go. */
static int grow(struct caretaker *caretaker)
{
	struct ledger *ledger = caretaker->ledger;
	uint64_t more = (1 + draw(&caretaker->chance, 512)) * SECTOR_BYTES;
	uint64_t size_bytes = atomic_load(&ledger->size_bytes) + more;
	int end = END_RIGHT;

	if (size_bytes > ledger->size_max_bytes)
		return END_RIGHT;
	while (end == END_RIGHT && pick(caretaker, SLOT_ALIVE))
		end = delete_one(caretaker);
	if (end != END_RIGHT)
		return end;
	ledger->size_next_bytes = size_bytes;
	if (truncate(load_path(caretaker->load, "live", ""), (off_t)size_bytes) < 0) {
		if (!load_is_mounted(caretaker->load))
			return END_UNMOUNTED;
		if (errno != EBUSY)
			differs("the volume cannot be made longer: %s", strerror(errno));
	} else {
		atomic_store(&ledger->size_bytes, size_bytes);
		atomic_store(&ledger->writers[ledger->writer_count - 1].to, size_bytes);
		caretaker->keeper->grown++;
	}
	ledger->size_next_bytes = 0;
	return END_RIGHT;
}

static int one_action(struct caretaker *caretaker)
{
	uint64_t turn = draw(&caretaker->chance, 100);

	if (turn < 22)
		return create(caretaker);
	if (turn < 32)
		return read_one(caretaker, true);
	if (turn < 48)
		return read_one(caretaker, false);
	if (turn < 54)
		return read_mapped(caretaker);
	if (turn < 70)
		return delete_one(caretaker);
	if (turn < 82)
		return write_one(caretaker);
	if (turn < 94)
		return has_trait(caretaker, TRAIT_CLONES) ? clone_one(caretaker) : END_RIGHT;
	if (turn < 98)
		return has_trait(caretaker, TRAIT_CLONES) ? coalesce(caretaker) : END_RIGHT;
	return has_trait(caretaker, TRAIT_GROWS) ? grow(caretaker) : END_RIGHT;
}

/* A short run begins with a snapshot, so that its writes have something to keep. */
static int begin(struct caretaker *caretaker)
{
	int end = END_RIGHT;

	if (caretaker->ledger->slot_count == 0)
		return END_RIGHT;
	if (!pick(caretaker, SLOT_FREE))
		end = delete_one(caretaker);
	return end == END_RIGHT ? create(caretaker) : end;
}

int keeper_run(struct load *load)
{
	struct ledger *ledger = load->ledger;
	struct caretaker caretaker = {
		.load = load,
		.ledger = ledger,
		.keeper = &ledger->keeper,
		.chance = ledger->seed ^ ledger->keeper.names << 20 ^ ledger->keeper.beats,
		.bytes = malloc(ledger->size_max_bytes),
	};
	int end = caretaker.bytes ? END_RIGHT : END_MACHINE;

	if (end == END_RIGHT)
		end = begin(&caretaker);
	while (end == END_RIGHT && !atomic_load(&ledger->stop)) {
		for (unsigned i = 0; i < ledger->writer_count; i++)
			base_advance(load, i, atomic_load(&ledger->writers[i].acknowledged));
		if (ledger->slot_count)
			end = one_action(&caretaker);
		atomic_fetch_add(&ledger->keeper.beats, 1);
		usleep((unsigned)draw(&caretaker.chance, 20000));
	}
	return end;
}
