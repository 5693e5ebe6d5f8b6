/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_writer - writes stamped blocks and keeps a ledger of what was acknowledged.
 *
 *	ledger_writer create LEDGER BLOCKS
 *	ledger_writer write FILE LEDGER SEED	until FILE fails, as it does when its rig dies
 *	ledger_writer verify FILE LEDGER	every block is what the ledger says
 *
 * The ledger is a mapped file: it outlives the writer, and who kills the rig
 * does not kill the page cache.  Each block has the number of its last write
 * that was acknowledged, and of the last that was begun.  A thread has one
 * write under way, and a block belongs to one thread; so a block holds either.
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

#define BLOCK_BYTES   4096
#define THREADS	      4
#define LEDGER_MARKER 0x7265676465ull

struct entry {
	_Atomic uint64_t begun;
	_Atomic uint64_t acknowledged;
};

struct ledger {
	uint64_t marker;
	uint64_t block_count;
	struct entry entries[];
};

struct writer {
	pthread_t thread;
	int fd;
	unsigned index;
	uint64_t seed;
	struct ledger *ledger;
	uint64_t written;
};

/* Block BLOCK as its write NUMBER left it; every word tells both. */
static void stamp(uint64_t *words, uint64_t block, uint64_t number)
{
	words[0] = number;
	for (uint64_t i = 1; i < BLOCK_BYTES / sizeof *words; i++)
		words[i] = mix64(mix64(block << 32 ^ number) + i);
}

static struct ledger *ledger_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat facts;

	if (fd < 0 || fstat(fd, &facts) < 0) {
		perror(path);
		exit(4);
	}
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
		ftruncate(fd, (off_t)(sizeof head + block_count * sizeof(struct entry))) < 0) {
		perror(path);
		return 4;
	}
	close(fd);
	return 0;
}

static void *write_until_it_fails(void *context)
{
	struct writer *writer = context;
	uint64_t share = writer->ledger->block_count / THREADS;
	_Alignas(BLOCK_BYTES) uint64_t words[BLOCK_BYTES / sizeof(uint64_t)];

	for (uint64_t i = 0;; i++) {
		uint64_t pick = mix64(writer->seed ^ mix64((uint64_t)writer->index << 40 | i));
		uint64_t block = writer->index * share + pick % share;
		struct entry *entry = &writer->ledger->entries[block];
		uint64_t number = atomic_load(&entry->begun) + 1;

		stamp(words, block, number);
		atomic_store(&entry->begun, number);
		if (pwrite(writer->fd, words, BLOCK_BYTES, (off_t)(block * BLOCK_BYTES)) !=
			BLOCK_BYTES)
			return NULL;
		atomic_store(&entry->acknowledged, number);
		writer->written++;
	}
}

static int command_write(const char *path, const char *ledger_path, uint64_t seed)
{
	struct ledger *ledger = ledger_open(ledger_path);
	struct writer writers[THREADS];
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	uint64_t written = 0;

	if (fd < 0) {
		perror(path);
		return 4;
	}
	for (unsigned i = 0; i < THREADS; i++) {
		writers[i] = (struct writer){
			.fd = fd, .index = i, .seed = seed, .ledger = ledger
		};
		if (pthread_create(&writers[i].thread, NULL, write_until_it_fails, &writers[i]))
			return 4;
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(writers[i].thread, NULL);
		written += writers[i].written;
	}
	if (written == 0)
		fprintf(stderr, "not one write was acknowledged\n");
	return written == 0;
}

/* The number of the write that BLOCK holds, or false when it is torn. */
static bool read_stamp(const uint64_t *words, uint64_t block, uint64_t *ret)
{
	uint64_t expected[BLOCK_BYTES / sizeof(uint64_t)];

	stamp(expected, block, words[0]);
	*ret = words[0];
	return memcmp(words, expected, sizeof expected) == 0;
}

/* Is what BLOCK holds one of the two that it may?  Then the ledger is settled on it. */
static bool verify_block(struct entry *entry, uint64_t block, const uint64_t *words)
{
	uint64_t begun = atomic_load(&entry->begun);
	uint64_t acknowledged = atomic_load(&entry->acknowledged);
	uint64_t number;
	bool whole = read_stamp(words, block, &number);

	/* Its first write was never acknowledged: what was there before is right. */
	if (acknowledged == 0 && !whole) {
		atomic_store(&entry->begun, 0);
		return true;
	}
	if (!whole || number < acknowledged || number > begun) {
		printf("block %ju: write %ju acknowledged, %ju begun, %s%ju found\n",
			(uintmax_t)block, (uintmax_t)acknowledged, (uintmax_t)begun,
			whole ? "" : "torn ", (uintmax_t)number);
		return false;
	}
	/* From now on the other one must not come back. */
	atomic_store(&entry->begun, number);
	atomic_store(&entry->acknowledged, number);
	return true;
}

static int command_verify(const char *path, const char *ledger_path)
{
	struct ledger *ledger = ledger_open(ledger_path);
	FILE *file = fopen(path, "re");
	uint64_t words[BLOCK_BYTES / sizeof(uint64_t)];
	bool right = true;

	if (!file || setvbuf(file, NULL, _IOFBF, 256 * BLOCK_BYTES)) {
		perror(path);
		return 4;
	}
	for (uint64_t block = 0; block < ledger->block_count; block++) {
		struct entry *entry = &ledger->entries[block];

		if (fread(words, BLOCK_BYTES, 1, file) != 1) {
			perror(path);
			return 4;
		}
		if (atomic_load(&entry->begun) > 0 && !verify_block(entry, block, words))
			right = false;
	}
	fclose(file);
	return right ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "create"))
		return command_create(argv[2], strtoull(argv[3], NULL, 10));
	if (argc == 5 && !strcmp(argv[1], "write"))
		return command_write(argv[2], argv[3], strtoull(argv[4], NULL, 10));
	if (argc == 4 && !strcmp(argv[1], "verify"))
		return command_verify(argv[2], argv[3]);
	fprintf(stderr, "usage: ledger_writer create|write|verify ...\n");
	return 2;
}
