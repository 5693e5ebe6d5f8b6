/* SPDX-License-Identifier: Apache-2.0 */
/*
 * damage - flips a bit of a state folder, and looks what becomes of the views.
 *
 *	damage flip FOLDER SEED [killed]	one bit of one of its files; prints which
 *	damage look MNT WANTED SEED	each file of the folder WANTED is a view, `live` or a
 *					snapshot's name; prints "right", "failed" or "absent"
 *					and the name of each
 *
 * A view is read in pieces of any size, and each of them is what was wanted or
 * an error.  Exits with 1 when it was neither.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/mix.h"
#include "simfs/store/format.h"

#define FILES_MAX   64
#define PIECE_BYTES 65536

struct names {
	unsigned count;
	char names[FILES_MAX][256];
};

static int compare(const void *one, const void *other)
{
	return strcmp(one, other);
}

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), end_length = strlen(end);

	return length >= end_length && !strcmp(name + length - end_length, end);
}

/* In order; not what is a text for people. */
static bool list(const char *folder, struct names *ret)
{
	DIR *open_folder = opendir(folder);
	const struct dirent *entry;

	ret->count = 0;
	if (!open_folder)
		return false;
	while ((entry = readdir(open_folder)) && ret->count < FILES_MAX) {
		if (entry->d_type == DT_REG && !ends_with(entry->d_name, ".log") &&
			!ends_with(entry->d_name, ".jsonl"))
			snprintf(ret->names[ret->count++], sizeof ret->names[0], "%s",
				entry->d_name);
	}
	closedir(open_folder);
	qsort(ret->names, ret->count, sizeof ret->names[0], compare);
	return ret->count > 0;
}

/*
 * Where the last segment of the store in FD begins, when after a kill nothing tells it
 * from one that was torn; else SIZE.  What is done to such a one is not noticed.
 */
static uint64_t end_of_known(int fd, uint64_t size)
{
	struct store_superblock superblock;
	struct segment_header header;

	if (pread(fd, &superblock, sizeof superblock, 0) != sizeof superblock ||
		superblock.magic != STORE_MAGIC)
		return size;
	for (uint64_t unit = size / STORE_UNIT_BYTES; unit-- > 1;) {
		off_t at = (off_t)(unit * STORE_UNIT_BYTES);

		if (pread(fd, &header, sizeof header, at) == sizeof header &&
			header.magic == SEGMENT_MAGIC)
			return header.sequence > superblock.acknowledged ? (uint64_t)at : size;
	}
	return size;
}

static int command_flip(const char *folder, uint64_t seed, bool is_killed)
{
	struct names files;
	char path[4096];
	struct stat facts;
	unsigned char byte;

	if (!list(folder, &files))
		return 4;
	const char *name = files.names[mix_below(seed, 1, files.count)];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &facts) < 0 || facts.st_size == 0)
		return 4;
	uint64_t size = (uint64_t)facts.st_size;

	if (is_killed)
		size = end_of_known(fd, size);
	/* What describes the rest is small, and as worth a bit as the rest. */
	uint64_t reach = mix_below(seed, 2, 2) && size > 12288 ? 12288 : size;
	off_t offset = (off_t)mix_below(seed, 3, reach);

	if (mix_below(seed, 4, 4) == 0 && offset >= 512)
		offset = offset / 4096 * 4096 + offset % 512;
	unsigned bit = (unsigned)mix_below(seed, 5, 8);

	if (pread(fd, &byte, 1, offset) != 1)
		return 4;
	byte ^= (unsigned char)(1u << bit);
	if (pwrite(fd, &byte, 1, offset) != 1 || close(fd) < 0)
		return 4;
	printf("%s: bit %u of byte %jd of %ju\n", name, bit, (intmax_t)offset, (uintmax_t)size);
	return 0;
}

/* Reads the view of SIZE bytes once; false when a byte is wrong. */
static bool look_at(
	int fd, const unsigned char *wanted, uint64_t size, uint64_t seed, unsigned *ret_errors)
{
	static unsigned char found[PIECE_BYTES];

	for (uint64_t at = 0, turn = 0; at < size; turn++) {
		uint64_t length = 1 + mix_below(seed, turn, PIECE_BYTES);

		if (length > size - at)
			length = size - at;
		ssize_t got = pread(fd, found, length, (off_t)at);

		if (got == 0) {
			printf("ends at byte %ju: ", (uintmax_t)at);
			return false;
		}
		if (got < 0) {
			(*ret_errors)++;
			/* A step short enough to meet what is whole beside the damage. */
			at += length < 4096 ? length : 4096;
			continue;
		}
		for (ssize_t i = 0; i < got; i++) {
			if (found[i] != wanted[at + (uint64_t)i]) {
				printf("byte %ju is %#x and not %#x: ",
					(uintmax_t)(at + (uint64_t)i), found[i],
					wanted[at + (uint64_t)i]);
				return false;
			}
		}
		at += (uint64_t)got;
	}
	return true;
}

/* "right", "failed", "absent" or "wrong". */
static const char *judge(const char *path, const char *wanted_path, uint64_t seed)
{
	struct stat wanted_facts, facts;
	int wanted_fd = open(wanted_path, O_RDONLY | O_CLOEXEC);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned errors = 0;

	if (wanted_fd < 0 || fstat(wanted_fd, &wanted_facts) < 0)
		exit(4);
	if (fd < 0)
		return errno == ENOENT ? "absent" : "failed";
	uint64_t size = (uint64_t)wanted_facts.st_size;
	unsigned char *wanted = malloc(size);

	if (!wanted || read(wanted_fd, wanted, size) != (ssize_t)size || fstat(fd, &facts) < 0)
		exit(4);
	bool is_right = (uint64_t)facts.st_size == size && look_at(fd, wanted, size, seed, &errors);

	free(wanted);
	close(wanted_fd);
	close(fd);
	return !is_right ? "wrong" : errors ? "failed" : "right";
}

static int command_look(const char *mount, const char *wanted, uint64_t seed)
{
	struct names views;
	char path[4096], wanted_path[4096];
	int status = 0;

	if (!list(wanted, &views))
		return 4;
	for (unsigned i = 0; i < views.count; i++) {
		const char *name = views.names[i];

		snprintf(path, sizeof path, "%s/%s%s", mount,
			strcmp(name, "live") ? "snapshots/" : "", name);
		snprintf(wanted_path, sizeof wanted_path, "%s/%s", wanted, name);
		const char *verdict = judge(path, wanted_path, seed ^ i << 8);

		printf("%s %s\n", verdict, name);
		if (!strcmp(verdict, "wrong"))
			status = 1;
	}
	return status;
}

int main(int argc, char **argv)
{
	bool is_killed = argc == 5 && !strcmp(argv[4], "killed");

	if ((argc == 4 || is_killed) && !strcmp(argv[1], "flip"))
		return command_flip(argv[2], strtoull(argv[3], NULL, 10), is_killed);
	if (argc == 5 && !strcmp(argv[1], "look"))
		return command_look(argv[2], argv[3], strtoull(argv[4], NULL, 10));
	fprintf(stderr, "usage: damage flip|look ...\n");
	return 2;
}
