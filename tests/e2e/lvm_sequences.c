/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lvm_sequences SEED STEPS - inside `snaprig lvm`: random LVM commands and writes, on the
 * volume and on another logical volume, against arrays that know what each device must
 * contain, and how full dm-snapshot would call each snapshot.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/mix.h"

#define VG	       "vg0"
#define MIB	       (1u << 20)
#define ORIGIN_BYTES   (8 * MIB)
#define EXTENT_MIB     4u
#define COW_MIB_MAX    12u
#define SNAPSHOTS      3
#define ORIGINS	       2
#define EXCEPTION_SIZE 16u
#define CHUNK_MIN      4096u

struct volume {
	char name[32];
	unsigned char *content;
};

struct snapshot {
	struct volume volume; /* no name: there is none */
	int origin;
	unsigned cow_mib, chunk;
	bool is_invalid;
	uint64_t kept; /* chunks */
	bool *has;     /* by chunk */
};

static struct volume origins[ORIGINS] = { { .name = "live" }, { .name = "data" } };
static struct snapshot snapshots[SNAPSHOTS];
static uint64_t seed, draws;
static unsigned names;
static unsigned char *buffer;

static uint64_t below(uint64_t bound)
{
	return mix_below(seed, draws++, bound);
}

__attribute__((format(printf, 1, 2), noreturn)) static void fail(const char *format, ...)
{
	va_list arguments;

	printf("FAIL: seed %" PRIu64 ": ", seed);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	exit(1);
}

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
	char command[256], line[320];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof command, format, arguments);
	va_end(arguments);
	printf("+ %s\n", command);
	fflush(stdout);
	snprintf(line, sizeof line, "%s >said 2>&1", command);

	int status = system(line);

	if (status != 0) {
		fflush(stdout);
		if (system("cat said; dmsetup table; dmsetup status") != 0)
			printf("(nothing more is known)\n");
		fail("'%s' ended with %d", command, WEXITSTATUS(status));
	}
}

static void said(char *text, size_t size)
{
	FILE *file = fopen("said", "re");

	text[0] = '\0';
	if (!file || !fgets(text, (int)size, file))
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (file)
		fclose(file);
}

static int open_volume(const struct volume *volume, int flags)
{
	char path[64];

	snprintf(path, sizeof path, "/dev/" VG "/%s", volume->name);

	int fd = open(path, flags | O_DIRECT | O_CLOEXEC);

	if (fd < 0)
		fail("cannot open %s: %m", path);
	return fd;
}

/* ---- what dm-snapshot does ---- */

static uint64_t used_chunks(const struct snapshot *snapshot)
{
	return 2 + snapshot->kept + snapshot->kept / (snapshot->chunk / EXCEPTION_SIZE);
}

static uint64_t cow_chunks(const struct snapshot *snapshot)
{
	return (uint64_t)snapshot->cow_mib * MIB / snapshot->chunk;
}

/* CHUNK gets an exception, unless there is no room. */
static void keep(struct snapshot *snapshot, uint64_t chunk)
{
	if (snapshot->is_invalid || snapshot->has[chunk])
		return;
	if (used_chunks(snapshot) + 1 > cow_chunks(snapshot)) {
		snapshot->is_invalid = true;
		return;
	}
	snapshot->has[chunk] = true;
	snapshot->kept++;
	if (snapshot->kept % (snapshot->chunk / EXCEPTION_SIZE) == 0 &&
		used_chunks(snapshot) > cow_chunks(snapshot))
		snapshot->is_invalid = true;
}

static void keep_range(struct snapshot *snapshot, uint64_t offset, uint64_t length)
{
	for (uint64_t chunk = offset / snapshot->chunk;
		chunk <= (offset + length - 1) / snapshot->chunk; chunk++)
		keep(snapshot, chunk);
}

/* The snapshots of ORIGIN, but for one, keep what is replaced there. */
static void origin_changes(
	int origin, uint64_t offset, uint64_t length, const struct snapshot *except)
{
	for (unsigned i = 0; i < SNAPSHOTS; i++)
		if (snapshots[i].volume.name[0] && snapshots[i].origin == origin &&
			&snapshots[i] != except)
			keep_range(&snapshots[i], offset, length);
}

/* ---- steps ---- */

static struct snapshot *any_snapshot(void)
{
	struct snapshot *snapshot = &snapshots[below(SNAPSHOTS)];

	return snapshot->volume.name[0] ? snapshot : NULL;
}

static void step_create(void)
{
	static const unsigned chunks[] = { 4096, 16384, 65536 };
	struct snapshot *snapshot = &snapshots[below(SNAPSHOTS)];

	if (snapshot->volume.name[0])
		return;
	snapshot->origin = (int)below(ORIGINS);
	snapshot->chunk = chunks[below(3)];
	snapshot->cow_mib = EXTENT_MIB * (1 + (unsigned)below(2));
	snapshot->is_invalid = false;
	snapshot->kept = 0;
	memset(snapshot->has, 0, ORIGIN_BYTES / CHUNK_MIN * sizeof *snapshot->has);
	memcpy(snapshot->volume.content, origins[snapshot->origin].content, ORIGIN_BYTES);
	run("lvcreate -s -c %u -L %uM -n s%u " VG "/%s", snapshot->chunk / 1024, snapshot->cow_mib,
		++names, origins[snapshot->origin].name);
	snprintf(snapshot->volume.name, sizeof snapshot->volume.name, "s%u", names);
}

static void write_volume(struct volume *volume, uint64_t length_max, bool may_fail,
	uint64_t *ret_offset, uint64_t *ret_length)
{
	uint64_t length = 512 * (1 + below(length_max / 512));
	uint64_t offset = 512 * below((ORIGIN_BYTES - length) / 512 + 1);
	int fd = open_volume(volume, O_WRONLY);

	printf("+ write %s %" PRIu64 "+%" PRIu64 "\n", volume->name, offset, length);
	mix_fill(buffer, length, seed ^ draws, offset);
	if (pwrite(fd, buffer, length, (off_t)offset) != (ssize_t)length && !may_fail)
		fail("cannot write to %s: %m", volume->name);
	memcpy(volume->content + offset, buffer, length);
	if (close(fd) < 0)
		fail("cannot close %s: %m", volume->name);
	*ret_offset = offset;
	*ret_length = length;
}

static void step_write(void)
{
	int origin = (int)below(ORIGINS);
	uint64_t offset, length, length_max = below(8) == 0 ? 6 * MIB : MIB;

	write_volume(&origins[origin], length_max, false, &offset, &length);
	origin_changes(origin, offset, length, NULL);
}

static void step_write_snapshot(void)
{
	struct snapshot *snapshot = any_snapshot();
	uint64_t offset, length;

	if (!snapshot || snapshot->is_invalid)
		return;
	write_volume(&snapshot->volume, below(8) == 0 ? 6 * MIB : MIB, true, &offset, &length);
	keep_range(snapshot, offset, length);
}

static void step_extend(void)
{
	struct snapshot *snapshot = any_snapshot();

	if (!snapshot || snapshot->is_invalid || snapshot->cow_mib + EXTENT_MIB > COW_MIB_MAX)
		return;
	snapshot->cow_mib += EXTENT_MIB;
	run("lvextend -L %uM " VG "/%s", snapshot->cow_mib, snapshot->volume.name);
}

static void step_rename(void)
{
	struct snapshot *snapshot = any_snapshot();

	if (!snapshot)
		return;
	run("lvrename " VG " %s r%u", snapshot->volume.name, ++names);
	snprintf(snapshot->volume.name, sizeof snapshot->volume.name, "r%u", names);
}

static void step_remove(void)
{
	struct snapshot *snapshot = any_snapshot();

	if (!snapshot)
		return;
	run("lvremove -f " VG "/%s", snapshot->volume.name);
	snapshot->volume.name[0] = '\0';
}

static void step_merge(void)
{
	struct snapshot *snapshot = any_snapshot();

	if (!snapshot || snapshot->is_invalid)
		return;
	run("lvconvert --merge -i 1 " VG "/%s", snapshot->volume.name);
	for (uint64_t chunk = ORIGIN_BYTES / snapshot->chunk; chunk-- > 0;)
		if (snapshot->has[chunk])
			origin_changes(snapshot->origin, chunk * snapshot->chunk, snapshot->chunk,
				snapshot);
	memcpy(origins[snapshot->origin].content, snapshot->volume.content, ORIGIN_BYTES);
	snapshot->volume.name[0] = '\0';
}

static void step_rest(void)
{
	run("vgchange -an " VG);
	run("vgchange -ay " VG);
}

/* ---- what must be ---- */

static void check_content(const struct volume *volume, bool is_dead)
{
	int fd = open_volume(volume, O_RDONLY);
	size_t done = 0;
	ssize_t got = 1;

	while (done < ORIGIN_BYTES &&
		(got = pread(fd, buffer + done, ORIGIN_BYTES - done, (off_t)done)) > 0)
		done += (size_t)got;
	if (is_dead && got > 0)
		fail("%s can be read, and must be invalid", volume->name);
	if (!is_dead && done < ORIGIN_BYTES)
		fail("%s cannot be read behind %zu: %m", volume->name, done);
	for (size_t i = 0; !is_dead && i < ORIGIN_BYTES; i++)
		if (buffer[i] != volume->content[i])
			fail("%s differs at %zu", volume->name, i);
	close(fd);
}

static void check_status(const struct snapshot *snapshot)
{
	char wanted[128], found[128];
	uint64_t sectors = snapshot->chunk / 512;
	uint64_t areas = snapshot->kept / (snapshot->chunk / EXCEPTION_SIZE) + 1;

	if (snapshot->is_invalid)
		snprintf(wanted, sizeof wanted, "0 %u snapshot Invalid", ORIGIN_BYTES / 512);
	else
		snprintf(wanted, sizeof wanted, "0 %u snapshot %" PRIu64 "/%" PRIu64 " %" PRIu64,
			ORIGIN_BYTES / 512, used_chunks(snapshot) * sectors,
			cow_chunks(snapshot) * sectors, (1 + areas) * sectors);
	run("dmsetup status " VG "-%s", snapshot->volume.name);
	said(found, sizeof found);
	if (strcmp(wanted, found) != 0)
		fail("%s says '%s' and not '%s'", snapshot->volume.name, found, wanted);
}

static void check(void)
{
	for (unsigned i = 0; i < ORIGINS; i++)
		check_content(&origins[i], false);
	for (unsigned i = 0; i < SNAPSHOTS; i++)
		if (snapshots[i].volume.name[0]) {
			check_content(&snapshots[i].volume, snapshots[i].is_invalid);
			check_status(&snapshots[i]);
		}
}

static void *room(size_t bytes)
{
	void *memory = NULL;

	/* aligned_alloc() wants whole multiples. */
	if (posix_memalign(&memory, 4096, bytes) != 0)
		fail("no memory");
	memset(memory, 0, bytes);
	return memory;
}

static void begin(void)
{
	buffer = room(ORIGIN_BYTES);
	for (unsigned i = 0; i < ORIGINS; i++)
		origins[i].content = room(ORIGIN_BYTES);
	for (unsigned i = 0; i < SNAPSHOTS; i++) {
		snapshots[i].volume.content = room(ORIGIN_BYTES);
		snapshots[i].has = room(ORIGIN_BYTES / CHUNK_MIN * sizeof *snapshots[i].has);
	}
	run("lvcreate -y -L 8M -n data " VG);
}

int main(int argc, char **argv)
{
	static void (*const steps[])(void) = { step_create, step_create, step_write, step_write,
		step_write, step_write_snapshot, step_write_snapshot, step_extend, step_rename,
		step_rest, step_merge, step_remove };

	if (argc != 3)
		return 2;
	seed = strtoull(argv[1], NULL, 10);
	begin();
	for (unsigned long step = strtoul(argv[2], NULL, 10); step > 0; step--) {
		steps[below(sizeof steps / sizeof steps[0])]();
		check();
	}
	return 0;
}
