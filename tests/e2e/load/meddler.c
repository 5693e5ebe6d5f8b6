/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meddler.c - one process of several that takes, deletes, reads, clones and aborts,
 * all at once and under the same few names.
 *
 * Whether it gets what it asks for is chance, and what its snapshots contain is
 * nobody's business; but nothing else may change by it, and nothing may hang.
 */
#include "tests/e2e/load/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMES 4

struct meddler {
	struct load *load;
	uint64_t chance;
	char name[16];
	unsigned char bytes[OPERATION_BYTES_MAX / 4];
};

static const char *path_of(const struct meddler *meddler)
{
	return load_path(meddler->load, "snapshots/", meddler->name);
}

static void choose_name(struct meddler *meddler)
{
	snprintf(meddler->name, sizeof meddler->name, MEDDLED_PREFIX "%ju",
		(uintmax_t)draw(&meddler->chance, NAMES));
}

static void take(struct meddler *meddler)
{
	int fd = open(path_of(meddler), O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0666);

	if (fd >= 0)
		close(fd);
}

/* Reads or writes a piece, and keeps the file open while others delete it. */
static void use(struct meddler *meddler, bool to_write)
{
	int fd = open(path_of(meddler), (to_write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	uint64_t size = atomic_load(&meddler->load->ledger->size_bytes);

	if (fd < 0)
		return;
	for (unsigned i = 0; i < 3; i++) {
		off_t offset = (off_t)draw(&meddler->chance, size);
		size_t length = 1 + draw(&meddler->chance, sizeof meddler->bytes);
		ssize_t got = to_write ? pwrite(fd, meddler->bytes, length, offset)
				       : pread(fd, meddler->bytes, length, offset);

		if (got < 0)
			break;
		lseek(fd, offset, SEEK_HOLE);
	}
	close(fd);
}

static void command(struct meddler *meddler)
{
	const char *mount = meddler->load->mount;
	char source[16];

	memcpy(source, meddler->name, sizeof source);
	choose_name(meddler);
	const char *arguments[][8] = {
		{ "snaprig", "snapshot", "clone", mount, source, meddler->name, NULL },
		{ "snaprig", "snapshot", "clone", mount, source, meddler->name, "--full", NULL },
		{ "snaprig", "snapshot", "create", mount, meddler->name, "--of", source, NULL },
		{ "snaprig", "snapshot", "changed", mount, source, NULL },
		{ "snaprig", "snapshot", "delete", mount, source, NULL },
		{ "snaprig", "coalesce", mount, NULL },
		{ "snaprig", "coalesce", mount, "--abort", NULL },
		{ "snaprig", "status", mount, "--json", NULL },
	};

	call_program(arguments[draw(&meddler->chance, sizeof arguments / sizeof *arguments)]);
}

int meddler_run(struct load *load, unsigned index)
{
	static struct meddler meddler;
	struct ledger *ledger = load->ledger;

	meddler.load = load;
	meddler.chance = ledger->seed ^ (uint64_t)(index + 100) << 32 ^
			 atomic_load(&ledger->meddler_beats[index]);
	while (!atomic_load(&ledger->stop)) {
		uint64_t turn = draw(&meddler.chance, 16);

		choose_name(&meddler);
		if (turn < 5)
			take(&meddler);
		else if (turn < 9)
			unlink(path_of(&meddler));
		else if (turn < 13)
			use(&meddler, turn == 12);
		else
			command(&meddler);
		atomic_fetch_add(&ledger->meddler_beats[index], 1);
		if (!load_is_mounted(load))
			return END_UNMOUNTED;
		usleep((unsigned)draw(&meddler.chance, 10000));
	}
	return END_RIGHT;
}

void meddlers_clear(const struct load *load)
{
	for (unsigned i = 0; i < NAMES; i++) {
		char name[16];

		snprintf(name, sizeof name, MEDDLED_PREFIX "%u", i);
		if (unlink(load_path(load, "snapshots/", name)) < 0 && errno != ENOENT)
			differs("snapshot '%s' cannot be deleted: %s", name, strerror(errno));
	}
}
