/* SPDX-License-Identifier: Apache-2.0 */
/*
 * power_writer - writes stamped sectors, and keeps a ledger of what a power cut may take.
 *
 *	create LEDGER BLOCKS
 *	write FILE LEDGER SEED		until FILE fails, as it does when its rig dies
 *	live FILE BEFORE AFTER		nothing that was flushed is lost
 *	snapshot FILE BEFORE AFTER	it is of a moment between the two
 *
 * The ledger is a mapped file on a disk that stays.  Of each block it has the
 * number of its last write that was begun, acknowledged and flushed, so that a
 * copy from before a moment and one from after it are what was the least and the
 * most at that moment.  A power cut may leave any write in between, sector by
 * sector; 0 is the hole that was there at first.
 *
 * Four threads write, each in its own way and to its own part of the blocks:
 * O_DIRECT or buffered, with fsync from time to time or O_DSYNC.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/mix.h"

#define BLOCK_BYTES   4096u
#define SECTOR_WORDS  (512u / sizeof(uint64_t))
#define BLOCK_WORDS   (BLOCK_BYTES / sizeof(uint64_t))
#define RUN_MAX	      8u /* blocks of one write */
#define FSYNC_EVERY   8u
#define LEDGER_MARKER 0x7265776f70ull

struct entry {
	_Atomic uint64_t begun;
	_Atomic uint64_t acknowledged;
	_Atomic uint64_t flushed;
};

struct ledger {
	uint64_t marker;
	uint64_t block_count;
	struct entry entries[];
};

static const int ways[] = { O_DIRECT, O_DIRECT | O_DSYNC, 0, O_DSYNC };

#define THREADS (sizeof ways / sizeof ways[0])

struct writer {
	pthread_t thread;
	const char *path;
	unsigned index;
	uint64_t seed;
	struct ledger *ledger;
};

__attribute__((noreturn)) static void die(const char *what)
{
	perror(what);
	exit(4);
}

/* The sector SECTOR of a file as the write NUMBER of its block left it. */
static void stamp(uint64_t *words, uint64_t sector, uint64_t number)
{
	words[0] = number;
	for (uint64_t i = 1; i < SECTOR_WORDS; i++)
		words[i] = number ? mix64(mix64(sector << 32 ^ number) + i) : 0;
}

static struct ledger *ledger_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat facts;

	if (fd < 0 || fstat(fd, &facts) < 0)
		die(path);
	struct ledger *ledger = mmap(
		NULL, (size_t)facts.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (ledger == MAP_FAILED || ledger->marker != LEDGER_MARKER) {
		fprintf(stderr, "'%s' is no ledger\n", path);
		exit(4);
	}
	return ledger;
}

static int command_create(const char *path, uint64_t block_count)
{
	struct ledger head = { .marker = LEDGER_MARKER, .block_count = block_count };
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, &head, sizeof head) != sizeof head ||
		ftruncate(fd, (off_t)(sizeof head + block_count * sizeof(struct entry))) < 0)
		die(path);
	close(fd);
	return 0;
}

/* What was acknowledged when it began is durable when an fsync has ended. */
static bool flush(const struct writer *writer, int fd, uint64_t first, uint64_t end)
{
	uint64_t *acknowledged = calloc(end - first, sizeof *acknowledged);

	if (!acknowledged)
		die("memory");
	for (uint64_t i = first; i < end; i++)
		acknowledged[i - first] = atomic_load(&writer->ledger->entries[i].acknowledged);

	bool is_flushed = fsync(fd) == 0;

	for (uint64_t i = first; i < end && is_flushed; i++)
		atomic_store(&writer->ledger->entries[i].flushed, acknowledged[i - first]);
	free(acknowledged);
	return is_flushed;
}

/* One write of COUNT blocks from FIRST on: false when it fails. */
static bool write_run(
	const struct writer *writer, int fd, uint64_t *words, uint64_t first, uint64_t count)
{
	struct entry *entries = writer->ledger->entries;

	for (uint64_t block = first; block < first + count; block++) {
		uint64_t number = atomic_load(&entries[block].begun) + 1;
		uint64_t *at = words + (block - first) * BLOCK_WORDS;

		for (uint64_t i = 0; i < BLOCK_WORDS; i += SECTOR_WORDS)
			stamp(at + i, (block * BLOCK_WORDS + i) / SECTOR_WORDS, number);
		atomic_store(&entries[block].begun, number);
	}
	if (pwrite(fd, words, count * BLOCK_BYTES, (off_t)(first * BLOCK_BYTES)) !=
		(ssize_t)(count * BLOCK_BYTES))
		return false;
	for (uint64_t block = first; block < first + count; block++) {
		uint64_t number = atomic_load(&entries[block].begun);

		atomic_store(&entries[block].acknowledged, number);
		if (ways[writer->index] & O_DSYNC)
			atomic_store(&entries[block].flushed, number);
	}
	return true;
}

static void *write_until_it_fails(void *context)
{
	const struct writer *writer = context;
	uint64_t share = writer->ledger->block_count / THREADS;
	uint64_t begin = writer->index * share, end = begin + share;
	int fd = open(writer->path, O_WRONLY | O_CLOEXEC | ways[writer->index]);
	void *words;

	if (fd < 0 || posix_memalign(&words, BLOCK_BYTES, RUN_MAX * BLOCK_BYTES) != 0)
		die(writer->path);
	for (uint64_t i = 1;; i++) {
		uint64_t pick = mix64(writer->seed ^ mix64((uint64_t)writer->index << 40 | i));
		uint64_t first = begin + pick % share;
		uint64_t count = 1 + (pick >> 32) % RUN_MAX;

		if (count > end - first)
			count = end - first;
		if (!write_run(writer, fd, words, first, count))
			break;
		if (!(ways[writer->index] & O_DSYNC) && i % FSYNC_EVERY == 0 &&
			!flush(writer, fd, begin, end))
			break;
	}
	free(words);
	close(fd);
	return NULL;
}

static int command_write(const char *path, const char *ledger_path, uint64_t seed)
{
	struct ledger *ledger = ledger_open(ledger_path);
	struct writer writers[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		writers[i] = (struct writer){
			.path = path, .index = i, .seed = seed, .ledger = ledger
		};
		if (pthread_create(&writers[i].thread, NULL, write_until_it_fails, &writers[i]))
			die("pthread_create");
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(writers[i].thread, NULL);
	return 0;
}

/* Whether the sector at WORDS is whole, and of a write from LEAST to MOST. */
static bool sector_is_right(const uint64_t *words, uint64_t sector, uint64_t least, uint64_t most)
{
	uint64_t expected[SECTOR_WORDS];

	stamp(expected, sector, words[0]);
	if (words[0] >= least && words[0] <= most && !memcmp(words, expected, sizeof expected))
		return true;
	printf("sector %ju: a write from %ju to %ju expected, %ju found\n", (uintmax_t)sector,
		(uintmax_t)least, (uintmax_t)most, (uintmax_t)words[0]);
	return false;
}

static int command_verify(
	bool live, const char *path, const char *before_path, const char *after_path)
{
	const struct ledger *before = ledger_open(before_path), *after = ledger_open(after_path);
	FILE *file = fopen(path, "re");
	uint64_t words[BLOCK_WORDS], wrong = 0, flushed = 0;

	if (!file)
		die(path);
	for (uint64_t block = 0; block < before->block_count; block++) {
		const struct entry *least = &before->entries[block], *most = &after->entries[block];
		uint64_t number = atomic_load(live ? &least->flushed : &least->acknowledged);

		if (fread(words, BLOCK_BYTES, 1, file) != 1)
			die(path);
		flushed += number > 0;
		for (uint64_t i = 0; i < BLOCK_WORDS && wrong < 10; i += SECTOR_WORDS)
			wrong += !sector_is_right(words + i,
				(block * BLOCK_WORDS + i) / SECTOR_WORDS, number,
				atomic_load(&most->begun));
	}
	fclose(file);
	printf("%ju blocks had to be there\n", (uintmax_t)flushed);
	return wrong > 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "create"))
		return command_create(argv[2], strtoull(argv[3], NULL, 10));
	if (argc == 5 && !strcmp(argv[1], "write"))
		return command_write(argv[2], argv[3], strtoull(argv[4], NULL, 10));
	if (argc == 5 && (!strcmp(argv[1], "live") || !strcmp(argv[1], "snapshot")))
		return command_verify(!strcmp(argv[1], "live"), argv[2], argv[3], argv[4]);
	fprintf(stderr, "usage: power_writer create|write|live|snapshot ...\n");
	return 2;
}
