/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - a trace for dm-snapshot: made on the host, replayed in a small machine.
 *
 *	replay trace SEED	prints the trace of this seed
 *	/init			the first process of that machine: loads /modules/00-*.ko and on,
 *				replays /trace, prints a recording, switches the machine off
 *
 * A trace, one thing a line:
 *	S name chunk_sectors cow_sectors	a snapshot, the next disk is its COW volume
 *	W device offset length tag		a stamped write
 *(tests/conformance/test_dmsnapshot.c) H device				hash of the whole
 *device
 *
 * The kernel's own ioctls are used instead of dmsetup: a status after each of
 * some hundred writes would otherwise be a process each, on an emulated machine.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/dm-ioctl.h>
#include <linux/reboot.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "simfs/base/mix.h"

#define ORIGIN_SECTORS 32768u
#define SECTOR_BYTES   512u
#define DEVICES_MAX    4 /* the origin and its snapshots */
#define PIECE_BYTES    (1u << 20)
#define DM_ROOM	       16384u

/* The recording lies between these in what the machine prints. */
#define BEGIN_LINE "== recording"
#define END_LINE   "== end"

/* ------------------------------------------------------------------- host */

static uint64_t roll(uint64_t seed, uint64_t *at, uint64_t below)
{
	return mix_below(seed, (*at)++, below);
}

/* Chunks that a COW volume holds before it is full, or so that an area just ends. */
static uint64_t cow_sectors(uint64_t seed, uint64_t *at, uint64_t chunk)
{
	uint64_t area = chunk * SECTOR_BYTES / 16;
	uint64_t stride = area + 1;

	switch (roll(seed, at, 5)) {
	case 0: /* small: it overflows */
		return chunk * (3 + roll(seed, at, 60)) + roll(seed, at, chunk);
	case 1: /* around the end of its first area */
		return chunk * (stride - 1 + roll(seed, at, 5)) + roll(seed, at, 2);
	case 2: /* some more */
		return chunk * (60 + roll(seed, at, 400));
	default: /* all it can need */
		return ORIGIN_SECTORS + ORIGIN_SECTORS / 8 + chunk * 4;
	}
}

static void print_write(uint64_t seed, uint64_t *at, unsigned snapshots)
{
	bool to_snapshot = roll(seed, at, 4) == 0;
	uint64_t unit = roll(seed, at, 3) ? 8 : 1;
	uint64_t place = roll(seed, at, 2) ? ORIGIN_SECTORS : ORIGIN_SECTORS / 16;
	uint64_t length = unit * (1 + roll(seed, at, 2 + roll(seed, at, 96) / unit));
	uint64_t offset = roll(seed, at, place / unit) * unit;
	uint64_t which = roll(seed, at, snapshots), tag = roll(seed, at, 1u << 30);

	if (offset + length > ORIGIN_SECTORS)
		length = ORIGIN_SECTORS - offset;
	printf("W ");
	if (to_snapshot)
		printf("s%" PRIu64, which);
	else
		printf("origin");
	printf(" %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", offset * SECTOR_BYTES,
		length * SECTOR_BYTES, tag);
}

/* Even seeds have two snapshots at least. */
static int print_trace(uint64_t seed)
{
	uint64_t at = 0, writes = 150 + roll(seed, &at, 200);
	unsigned snapshots = seed % 2 ? 1 : 2 + (unsigned)(roll(seed, &at, 4) == 0);

	for (unsigned i = 0; i < snapshots; i++) {
		uint64_t chunk = UINT64_C(8) << roll(seed, &at, roll(seed, &at, 2) ? 3 : 8);

		printf("S s%u %" PRIu64 " %" PRIu64 "\n", i, chunk, cow_sectors(seed, &at, chunk));
	}
	for (uint64_t i = 0; i < writes; i++)
		print_write(seed, &at, snapshots);
	printf("H origin\n");
	for (unsigned i = 0; i < snapshots; i++)
		printf("H s%u\n", i);
	return fflush(stdout) == 0 ? 0 : 1;
}

/* ---------------------------------------------------------------- machine */

struct device {
	char name[16];
	unsigned chunk_sectors, cow_sectors;
	int fd;
};

static struct device devices[DEVICES_MAX];
static unsigned device_count;
static int control;

__attribute__((noreturn)) static void power_off(void)
{
	fflush(stdout);
	sync();
	reboot(LINUX_REBOOT_CMD_POWER_OFF);
	for (;;)
		pause();
}

__attribute__((noreturn, format(printf, 1, 2))) static void give_up(const char *format, ...)
{
	va_list arguments;

	printf("replay: ");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf(": %s\n", strerror(errno));
	power_off();
}

static struct dm_ioctl *dm_new(const char *name)
{
	static uint64_t room[DM_ROOM / sizeof(uint64_t)];
	struct dm_ioctl *dm = (struct dm_ioctl *)room;

	memset(room, 0, sizeof room);
	dm->version[0] = DM_VERSION_MAJOR;
	dm->data_size = DM_ROOM;
	dm->data_start = sizeof *dm;
	snprintf(dm->name, sizeof dm->name, "%s", name);
	return dm;
}

static void dm_call(unsigned long command, struct dm_ioctl *dm, const char *what)
{
	if (ioctl(control, command, dm) < 0)
		give_up("%s of '%s'", what, dm->name);
}

static void dm_suspend(const char *name, bool suspend)
{
	struct dm_ioctl *dm = dm_new(name);

	dm->flags = suspend ? DM_SUSPEND_FLAG : 0;
	dm_call(DM_DEV_SUSPEND, dm, suspend ? "suspend" : "resume");
}

/* Makes the device NAME of one target and opens it. */
static int dm_create(const char *name, const char *type, const char *parameters)
{
	struct dm_ioctl *dm = dm_new(name);
	char path[32];

	dm_call(DM_DEV_CREATE, dm, "creation");
	snprintf(path, sizeof path, "/dev/dm-%u", minor((dev_t)dm->dev));

	dm = dm_new(name);
	dm->target_count = 1;

	struct dm_target_spec *target = (struct dm_target_spec *)((char *)dm + dm->data_start);
	size_t room = DM_ROOM - sizeof *dm - sizeof *target;

	target->length = ORIGIN_SECTORS;
	snprintf(target->target_type, sizeof target->target_type, "%s", type);
	snprintf((char *)(target + 1), room, "%s", parameters);
	dm_call(DM_TABLE_LOAD, dm, "table");
	dm_suspend(name, false);

	int fd = open(path, O_RDWR | O_DIRECT | O_SYNC | O_CLOEXEC);

	if (fd < 0)
		give_up("'%s'", path);
	return fd;
}

static void print_statuses(const char *before)
{
	for (unsigned i = 1; i < device_count; i++) {
		struct dm_ioctl *dm = dm_new(devices[i].name);

		dm_call(DM_TABLE_STATUS, dm, "status");
		printf("%s\"%s\": \"%s\"", i > 1 ? ", " : before, devices[i].name,
			(char *)dm + dm->data_start + sizeof(struct dm_target_spec));
	}
}

static void disk_of(char letter, char *buffer, size_t length)
{
	char path[] = "/dev/vd?";
	struct stat status;

	path[sizeof path - 2] = letter;
	if (stat(path, &status) < 0)
		give_up("'%s'", path);
	snprintf(buffer, length, "%u:%u", major(status.st_rdev), minor(status.st_rdev));
}

static void set_up(void)
{
	char origin[32], cow[32], parameters[128];

	control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
	if (control < 0)
		give_up("'/dev/mapper/control'");
	disk_of('a', origin, sizeof origin);
	devices[0].fd = dm_create("origin", "snapshot-origin", origin);
	for (unsigned i = 1; i < device_count; i++) {
		disk_of((char)('a' + i), cow, sizeof cow);
		snprintf(parameters, sizeof parameters, "%s %s P %u", origin, cow,
			devices[i].chunk_sectors);
		dm_suspend("origin", true);
		devices[i].fd = dm_create(devices[i].name, "snapshot", parameters);
		dm_suspend("origin", false);
	}
}

static void print_set_up(void)
{
	struct utsname machine;

	uname(&machine);
	printf("{\"kernel\": \"%s\", \"origin_sectors\": %u, \"origin_content\": \"zeros\", "
	       "\"store\": \"persistent (P)\", \"snapshots\": [",
		machine.release, ORIGIN_SECTORS);
	for (unsigned i = 1; i < device_count; i++)
		printf("%s{\"name\": \"%s\", \"chunk_sectors\": %u, \"cow_sectors\": %u}",
			i > 1 ? ", " : "", devices[i].name, devices[i].chunk_sectors,
			devices[i].cow_sectors);
	printf("], \"initial_status\": {");
	print_statuses("");
	printf("}}\n");
}

static struct device *device_of(const char *name)
{
	for (unsigned i = 0; i < device_count; i++) {
		if (strcmp(devices[i].name, name) == 0)
			return &devices[i];
	}
	errno = ENODEV;
	give_up("device '%s'", name);
}

static char *buffer_of(size_t length)
{
	static char *buffer;
	void *memory;

	if (!buffer && posix_memalign(&memory, 4096, PIECE_BYTES) == 0)
		buffer = memory;
	if (!buffer || length > PIECE_BYTES)
		give_up("a buffer of %zu bytes", length);
	return buffer;
}

static void replay_write(const char *name, uint64_t offset, uint64_t length, uint64_t tag)
{
	uint64_t *words = (uint64_t *)buffer_of(length);

	for (uint64_t i = 0; i < length / sizeof *words; i++) {
		uint64_t sector = (offset + i * sizeof *words) / SECTOR_BYTES;

		words[i] = mix64(sector * 1000003 + tag * 64 + i % (SECTOR_BYTES / sizeof *words));
	}

	ssize_t written = pwrite(device_of(name)->fd, words, length, (off_t)offset);

	printf("\"write\": \"%s\", \"offset\": %" PRIu64 ", \"length\": %" PRIu64
	       ", \"tag\": %" PRIu64 ", \"result\": %zd",
		name, offset, length, tag, written < 0 ? -(ssize_t)errno : written);
}

static void replay_hash(const char *name)
{
	uint64_t *words = (uint64_t *)buffer_of(PIECE_BYTES), hash = 0;
	int fd = device_of(name)->fd, error = 0;

	for (uint64_t at = 0; at < (uint64_t)ORIGIN_SECTORS * SECTOR_BYTES; at += PIECE_BYTES) {
		if (pread(fd, words, PIECE_BYTES, (off_t)at) != PIECE_BYTES) {
			error = errno ? -errno : -EIO;
			hash = 0;
			break;
		}
		for (size_t i = 0; i < PIECE_BYTES / sizeof *words; i++)
			hash = mix64(hash ^ words[i]);
	}
	printf("\"hash\": \"%s\", \"value\": \"%016" PRIx64 "\", \"result\": %d", name, hash,
		error);
}

static void replay(FILE *trace)
{
	char line[160], name[16];
	uint64_t offset, length, tag, operation = 0;
	bool is_set_up = false;

	while (fgets(line, sizeof line, trace)) {
		struct device *device = &devices[device_count];

		if (device_count < DEVICES_MAX &&
			sscanf(line, "S %15s %u %u", device->name, &device->chunk_sectors,
				&device->cow_sectors) == 3) {
			device_count++;
			continue;
		}
		if (!is_set_up) {
			set_up();
			print_set_up();
			is_set_up = true;
		}
		printf("{\"op\": %" PRIu64 ", ", operation++);
		if (sscanf(line, "W %15s %" SCNu64 " %" SCNu64 " %" SCNu64, name, &offset, &length,
			    &tag) == 4)
			replay_write(name, offset, length, tag);
		else if (sscanf(line, "H %15s", name) == 1)
			replay_hash(name);
		else
			give_up("line '%s'", line);
		print_statuses(", ");
		printf("}\n");
	}
}

static void load_modules(void)
{
	struct dirent **found;
	int count = scandir("/modules", &found, NULL, alphasort);
	char path[300];

	for (int i = 0; i < count; i++) {
		if (found[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "/modules/%s", found[i]->d_name);

		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
			give_up("module '%s'", path);
		close(fd);
	}
}

static void machine_run(void)
{
	if (mkdir("/dev", 0755) < 0 && errno != EEXIST)
		give_up("'/dev'");
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) < 0)
		give_up("devtmpfs");
	load_modules();

	FILE *trace = fopen("/trace", "re");

	if (!trace)
		give_up("'/trace'");
	snprintf(devices[0].name, sizeof devices[0].name, "origin");
	device_count = 1;
	printf(BEGIN_LINE "\n");
	replay(trace);
	printf(END_LINE "\n");
	power_off();
}

int main(int argc, char **argv)
{
	if (getpid() == 1)
		machine_run();
	if (argc != 3 || strcmp(argv[1], "trace") != 0) {
		fprintf(stderr, "usage: replay trace SEED\n");
		return 2;
	}
	return print_trace(strtoull(argv[2], NULL, 10));
}
