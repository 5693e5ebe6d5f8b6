/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_replay.c - main() of a fuzz target that is built without libFuzzer.
 *
 * Runs it with the empty input, then with every file given, and every file in every folder given,
 * so that everything that fuzzing has found stays tested.
 */
#include <errno.h>
#include <fts.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path, size_t size_bytes)
{
	AUTO(auto_fclose) FILE *file = fopen(path, "re");
	/* A heap block of exactly this size, so that a sanitizer detects one byte too far. */
	AUTO(auto_free) uint8_t *data = malloc(size_bytes ? size_bytes : 1);

	if (!file || !data || fread(data, 1, size_bytes, file) != size_bytes) {
		fprintf(stderr, "cannot read '%s': %s\n", path, strerror(errno));
		return -1;
	}
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, size_bytes);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned replayed = 0;

	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	if (argc < 2)
		return 0;
	FTS *tree = fts_open(argv + 1, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!tree) {
		fprintf(stderr, "cannot open '%s': %s\n", argv[1], strerror(errno));
		return 1;
	}
	for (FTSENT *entry; (entry = fts_read(tree));) {
		if (entry->fts_info != FTS_F)
			continue;
		if (replay_file(entry->fts_path, (size_t)entry->fts_statp->st_size) < 0)
			return 1;
		replayed++;
	}
	fts_close(tree);
	printf("%u inputs replayed\n", replayed);
	/* A corpus that was not found must not look like success. */
	return replayed ? 0 : 1;
}
