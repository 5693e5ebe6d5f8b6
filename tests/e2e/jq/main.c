/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quick_jq [-cer] FILTER [FILE] - answers easy questions itself, and starts jq for all others:
 * jq.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/e2e/jq/jq.h"

static char **arguments;
static char *piped; /* what was read of the standard input; NULL: nothing */
static size_t piped_length;

noreturn void hand_over(void)
{
	if (piped) {
		int fd = memfd_create("piped", 0);

		if (fd < 0 || write(fd, piped, piped_length) != (ssize_t)piped_length ||
			lseek(fd, 0, SEEK_SET) != 0 || dup2(fd, STDIN_FILENO) < 0) {
			perror("quick_jq: what was piped into it");
			_exit(2);
		}
		close(fd);
	}
	execvp("jq", arguments);
	perror("jq");
	_exit(127);
}

static json_t *load(const char *path)
{
	const size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;
	FILE *copy;
	char block[65536];
	size_t length;

	if (path)
		return json_load_file(path, flags, NULL);
	copy = open_memstream(&piped, &piped_length);
	while (copy && (length = fread(block, 1, sizeof block, stdin)) > 0)
		fwrite(block, 1, length, copy);
	if (!copy || fclose(copy) != 0 || ferror(stdin))
		_exit(2);
	return json_loadb(piped, piped_length, flags, NULL);
}

struct options {
	bool is_compact;
	bool is_raw;
	bool tells_truth; /* by its exit code */
};

static void read_options(const char *letters, struct options *options)
{
	for (; *letters; letters++) {
		if (*letters == 'c')
			options->is_compact = true;
		else if (*letters == 'r')
			options->is_raw = true;
		else if (*letters == 'e')
			options->tells_truth = true;
		else
			hand_over();
	}
}

static bool is_plain(const json_t *value)
{
	return !json_is_object(value) && !json_is_array(value);
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	json_t *input, *outputs = json_array(), *output = NULL;
	size_t i;
	int at = 1, status = 0;

	arguments = argv;
	for (; at < argc && argv[at][0] == '-' && argv[at][1]; at++)
		read_options(argv[at] + 1, &options);
	if (argc - at < 1 || argc - at > 2 || argv[argc - 1][0] == '-')
		hand_over();
	input = load(argv[at + 1]);
	if (!input)
		hand_over();
	answer(argv[at], input, outputs);

	char **texts = calloc(json_array_size(outputs) + 1, sizeof *texts);

	json_array_foreach(outputs, i, output)
	{
		/* What is not on one line is laid out by jq. */
		if (!texts || (!options.is_compact && !is_plain(output)))
			hand_over();
		texts[i] = text_of(output, !options.is_raw);
	}
	for (i = 0; i < json_array_size(outputs); i++)
		puts(texts[i]);
	if (options.tells_truth)
		status = i == 0 ? 4 : !is_true(json_array_get(outputs, i - 1));
	/* Whatever is allocated goes with the process, and no sanitizer needs to look for it. */
	_exit(fflush(stdout) == 0 ? status : 2);
}
