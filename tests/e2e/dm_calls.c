/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dm_calls - device-mapper's ioctls without libdevmapper, in ways that no tool calls them.
 *
 *	dm_calls restarting COUNT	creates and removes so many devices while a timer of
 *					2 ms interrupts it, whose handler restarts what it can
 *	dm_calls interrupted COUNT	the same with a handler that restarts nothing
 *	dm_calls crowd COUNT		so many processes at once, each with one call
 *	dm_calls bomb COUNT NAME	so many processes at once that wait for events of a device,
 *					until it is killed
 *	dm_calls wait NAME		DEV_WAIT for an event of a device
 *	dm_calls wait-ticking NAME	the same, with a handler of a timer that restarts nothing
 *	dm_calls version MAJOR		what a caller of another interface gets
 *	dm_calls dropped		opens the control node, drops its privileges, and calls
 *	dm_calls wild			buffers that are no memory, or end in their midst, cannot
 *					be written, lie about their size; a call of no device
 *
 * Prints what came of it, and exits with 0 if it could ask at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTROL	  "/dev/mapper/control"
#define PERIOD_US 2000
#define NOBODY	  65534

static int control;

static void tick(int number)
{
	(void)number;
}

static void start_timer(int flags)
{
	struct sigaction action = { .sa_handler = tick, .sa_flags = flags };
	struct itimerval timer = { { 0, PERIOD_US }, { 0, PERIOD_US } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static int number(const char *word)
{
	return (int)strtol(word, NULL, 10);
}

static int call(unsigned long request, unsigned major, const char *name)
{
	struct dm_ioctl header = {
		.version = { major, 0, 0 },
		.data_size = sizeof header,
		.data_start = sizeof header,
	};

	snprintf(header.name, sizeof header.name, "%s", name);
	return ioctl(control, request, &header) < 0 ? errno : 0;
}

/*
 * Until a call is received a signal may end it, as no kernel's would: then nothing was done,
 * and it can be made again.
 */
static int call_until_done(unsigned long request, const char *name)
{
	int error;

	do
		error = call(request, DM_VERSION_MAJOR, name);
	while (error == EINTR);
	return error;
}

/* Each device is new and then known: an ioctl that is done twice fails the second time. */
static int create_and_remove(int count)
{
	int created = 0, removed = 0, failed = 0;

	for (int i = 0; i < count; i++) {
		char name[32];
		int error;

		snprintf(name, sizeof name, "d%d", i);
		error = call_until_done(DM_DEV_CREATE, name);
		created += error == 0;
		failed += error != 0;
		error = call_until_done(DM_DEV_REMOVE, name);
		removed += error == 0;
		failed += error != 0;
	}
	printf("%d created, %d removed, %d failed\n", created, removed, failed);
	return 0;
}

static int crowd(int count)
{
	int status, answered = 0;

	for (int i = 0; i < count; i++) {
		pid_t child = fork();

		if (child < 0)
			return 1;
		if (child == 0)
			_exit(call(DM_VERSION, DM_VERSION_MAJOR, ""));
	}
	while (wait(&status) > 0)
		answered += WIFEXITED(status) &&
			    (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == ENOMEM);
	printf("%d answered\n", answered);
	return 0;
}

static int bomb(int count, const char *name)
{
	for (int i = 0; i < count; i++) {
		pid_t child = fork();

		if (child < 0)
			return 1;
		if (child == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			_exit(call(DM_DEV_WAIT, DM_VERSION_MAJOR, name));
		}
	}
	for (;;)
		pause();
}

static void print_error(const char *what, int error)
{
	printf("%s: %s\n", what, error ? strerror(error) : "success");
}

/* Pages of which the last one is no memory: a buffer ends there, LENGTH bytes from its begin. */
static struct dm_ioctl *memory_of(size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *pages = mmap(
		NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || munmap(pages + page, page) < 0)
		exit(1);
	return (struct dm_ioctl *)(pages + page - length);
}

static void call_beyond_memory(void)
{
	struct dm_ioctl header = {
		.version = { DM_VERSION_MAJOR, 0, 0 },
		.data_size = 2 * sizeof header,
		.data_start = sizeof header,
		.name = "short",
	};
	struct dm_ioctl *whole = memory_of(sizeof header), *half = memory_of(sizeof header / 2);

	*whole = header;
	print_error("half a buffer", ioctl(control, DM_TABLE_LOAD, whole) < 0 ? errno : 0);
	memcpy(half, &header, sizeof header / 2);
	print_error("half a header", ioctl(control, DM_DEV_CREATE, half) < 0 ? errno : 0);
	whole->data_size = sizeof header;
	if (mprotect((char *)whole + sizeof header - (size_t)sysconf(_SC_PAGESIZE),
		    (size_t)sysconf(_SC_PAGESIZE), PROT_READ) < 0)
		exit(1);
	print_error("no room", ioctl(control, DM_VERSION, whole) < 0 ? errno : 0);
}

static int call_wildly(void)
{
	struct dm_ioctl header = { .version = { DM_VERSION_MAJOR, 0, 0 }, .data_size = 8 };

	print_error("no memory", ioctl(control, DM_DEV_CREATE, (void *)8) < 0 ? errno : 0);
	print_error("a short buffer", ioctl(control, DM_DEV_CREATE, &header) < 0 ? errno : 0);
	header.data_size = 1u << 31;
	print_error("a long buffer", ioctl(control, DM_DEV_CREATE, &header) < 0 ? errno : 0);
	print_error("no such ioctl", ioctl(control, _IO(DM_IOCTL, 0xee), &header) < 0 ? errno : 0);
	print_error("another file", ioctl(STDOUT_FILENO, DM_VERSION, &header) < 0 ? errno : 0);
	print_error("a slash", call(DM_DEV_CREATE, DM_VERSION_MAJOR, "a/b"));
	print_error("no name", call(DM_DEV_CREATE, DM_VERSION_MAJOR, ""));
	call_beyond_memory();
	return 0;
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "", *word = argc > 2 ? argv[2] : "";

	control = open(CONTROL, O_RDWR);
	if (control < 0) {
		fprintf(stderr, "dm_calls: cannot open " CONTROL ": %s\n", strerror(errno));
		return 1;
	}
	if (strcmp(way, "restarting") == 0 || strcmp(way, "interrupted") == 0) {
		start_timer(way[0] == 'r' ? SA_RESTART : 0);
		return create_and_remove(number(word));
	}
	if (strcmp(way, "crowd") == 0)
		return crowd(number(word));
	if (strcmp(way, "bomb") == 0)
		return bomb(number(word), argc > 3 ? argv[3] : "");
	if (strcmp(way, "wild") == 0)
		return call_wildly();
	if (strcmp(way, "dropped") == 0 && setuid(NOBODY) < 0)
		return 1;
	if (strcmp(way, "dropped") == 0)
		print_error("dropped", call(DM_VERSION, DM_VERSION_MAJOR, ""));
	else if (strcmp(way, "version") == 0)
		print_error("version", call(DM_VERSION, (unsigned)number(word), ""));
	else if (strcmp(way, "wait-ticking") == 0) {
		start_timer(0);
		print_error("wait", call(DM_DEV_WAIT, DM_VERSION_MAJOR, word));
	} else if (strcmp(way, "wait") == 0)
		print_error("wait", call(DM_DEV_WAIT, DM_VERSION_MAJOR, word));
	else
		return 2;
	return 0;
}
