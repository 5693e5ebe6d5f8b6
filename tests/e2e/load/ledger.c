/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.c - the file that knows what must be there, and what an operation is. */
#include "tests/e2e/load/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/mix.h"

#define LEDGER_MARKER 0x6C6F61646C656467ull
#define ARRAYS	      (4 + SNAPSHOTS_MAX)

static size_t head_bytes(void)
{
	return (sizeof(struct ledger) + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

static _Noreturn void gives_up(const char *subject)
{
	fprintf(stderr, "volume_load: '%s': %s\n", subject, strerror(errno));
	exit(END_MACHINE);
}

void ledger_create(const char *path, const struct ledger *facts)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	off_t length = (off_t)(head_bytes() + ARRAYS * facts->size_max_bytes);

	if (fd < 0 || ftruncate(fd, length) < 0)
		gives_up(path);

	struct ledger *ledger = mmap(NULL, head_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ledger == MAP_FAILED)
		gives_up(path);
	memcpy(ledger, facts, sizeof *ledger);
	ledger->marker = LEDGER_MARKER;
	close(fd);

	/* Stripes begin and end anywhere, but on a device: its cache has pages. */
	uint64_t share = facts->size_bytes / facts->writer_count;
	uint64_t unit = facts->traits & TRAIT_SECTORS ? PAGE_BYTES : 1;
	uint64_t from = 0;

	for (unsigned i = 0; i < facts->writer_count; i++) {
		struct writer *writer = &ledger->writers[i];
		uint64_t jitter = mix_below(facts->seed, i, share / 8 + 1);

		writer->from = from;
		from = (share * (i + 1) - jitter) / unit * unit;
		if (facts->traits & TRAIT_BIG)
			from = share * (i + 1);
		if (i + 1 == facts->writer_count)
			from = facts->size_bytes;
		writer->to = from;
	}
	munmap(ledger, head_bytes());
}

void ledger_open(struct load *load, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat facts;

	if (fd < 0 || fstat(fd, &facts) < 0)
		gives_up(path);

	unsigned char *bytes = mmap(
		NULL, (size_t)facts.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	close(fd);
	load->ledger = (struct ledger *)bytes;
	if (bytes == MAP_FAILED || load->ledger->marker != LEDGER_MARKER) {
		fprintf(stderr, "volume_load: '%s' is no ledger\n", path);
		exit(END_USAGE);
	}
	unsigned char **arrays[4] = { &load->live, &load->live_mask, &load->base,
		&load->base_mask };

	bytes += head_bytes();
	for (unsigned i = 0; i < ARRAYS; i++) {
		*(i < 4 ? arrays[i] : &load->content[i - 4]) = bytes;
		bytes += load->ledger->size_max_bytes;
	}
}

const char *load_path(const struct load *load, const char *folder, const char *name)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s/%s%s", load->mount, folder, name);
	return path;
}

bool load_is_mounted(const struct load *load)
{
	/* Facts of a file may be older than the end of its rig: it is opened. */
	int fd = open(load_path(load, "live", ""), O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int load_open_live(const struct load *load, int flags)
{
	const char *path = load->device ? load->device : load_path(load, "live", "");
	int fd = open(path, flags | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (!load_is_mounted(load))
		exit(END_UNMOUNTED);
	gives_up(path);
}

const char *kind_name(uint64_t kind)
{
	static const char *const names[KIND_COUNT] = { "write", "direct write", "mapped write",
		"discard", "zeroing", "read", "mapped read", "seek", "sync" };

	return kind < KIND_COUNT ? names[kind] : "?";
}

bool operation_changes(enum kind kind)
{
	return kind <= KIND_ZERO;
}

void operation_fill(const struct load *load, unsigned writer, const struct operation *operation,
	unsigned char *bytes)
{
	uint64_t stream = mix64(
		load->ledger->seed ^ mix64((uint64_t)writer << 56 ^ operation->number));
	uint64_t at = operation->offset, end = at + operation->length;

	if (operation->kind == KIND_ZERO || operation->kind == KIND_DISCARD) {
		memset(bytes, 0, operation->length);
		return;
	}
	while (at < end) {
		uint64_t word = mix64(stream + at / 8);
		uint64_t take = 8 - at % 8 < end - at ? 8 - at % 8 : end - at;

		memcpy(bytes, (unsigned char *)&word + at % 8, take);
		bytes += take;
		at += take;
	}
}

void operation_apply(const struct load *load, unsigned writer, const struct operation *operation,
	unsigned char *bytes, unsigned char *mask)
{
	if (operation->has_failed) {
		memset(mask + operation->offset, 1, operation->length);
		return;
	}
	operation_fill(load, writer, operation, bytes + operation->offset);
	memset(mask + operation->offset, 0, operation->length);
}

int call_program(const char *const *arguments)
{
	const char *program = getenv("SNAPRIG");
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execv(program ? program : "snaprig", (char *const *)arguments);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
		WEXITSTATUS(status) == 127) {
		fprintf(stderr, "volume_load: cannot call '%s'\n", program ? program : "snaprig");
		exit(END_MACHINE);
	}
	return WEXITSTATUS(status);
}

uint64_t draw(uint64_t *state, uint64_t bound)
{
	*state = mix64(*state);
	return *state % bound;
}

void differs(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	printf("difference: ");
	vprintf(format, arguments);
	printf("\n");
	va_end(arguments);
	fflush(stdout);
	_exit(END_DIFFERENCE);
}
