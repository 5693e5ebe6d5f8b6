/* SPDX-License-Identifier: Apache-2.0 */
/*
 * preload.c - a library that leads programs to a world's device-mapper by LD_PRELOAD, where the
 * kernel does not let us watch system calls (intercept/filter.h).
 *
 * A program gets a socket, connected to us, as its control node.  So it can copy, pass on and close
 * it like any descriptor, and this library keeps no state.  All calls are raw system calls, which
 * are no cancellation points, since ioctl() is none.
 */
#include "simfs/doors/dm/preload/wire.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#define OURS	     __attribute__((visibility("default")))

#define CONTROL_NODE makedev(10, 236)
#define CONTROL_END  "/mapper/control"

/* In bits 8 to 15 of a request. */
#define DM_IOCTL_TYPE	0xfd
#define DM_DEV_WAIT	8

#define OPEN_HAS_MODE	(O_CREAT | (O_TMPFILE & ~O_DIRECTORY))
#define OPEN_FLAGS_SEEN (O_ACCMODE | O_CREAT | O_DIRECTORY)

/* ---- the supervisor ---- */

/* Returns a socket, or -errno. */
static int door_connect(int flags)
{
	const struct sockaddr_un address = { AF_UNIX, PRELOAD_SOCKET };
	long fd = syscall(SYS_socket, AF_UNIX, SOCK_SEQPACKET | flags, 0), result;

	if (fd < 0)
		return -errno;
	do
		result = syscall(SYS_connect, fd, &address, sizeof address);
	while (result < 0 && errno == EINTR);
	if (result == 0)
		return (int)fd;
	result = -errno;
	syscall(SYS_close, fd);
	return (int)result;
}

/* Whether FD is connected to the door. */
static bool is_door(int fd)
{
	struct sockaddr_un address = { 0 };
	socklen_t length = sizeof address;

	return syscall(SYS_getpeername, fd, &address, &length) == 0 &&
	       address.sun_family == AF_UNIX &&
	       strncmp(address.sun_path, PRELOAD_SOCKET, sizeof address.sun_path) == 0;
}

/*
 * Sends REQUEST and waits for the answer; signals do not interrupt that if IS_PATIENT.  Who refuses
 * does not read the request: a receive then fails once, with ECONNRESET, before the refusal.
 */
static int door_ask(int fd, const struct preload_request *request, bool is_patient)
{
	int32_t answer;
	long count;

	/* If sending fails, a refusal may have been sent already. */
	(void)syscall(SYS_sendto, fd, request, sizeof *request, MSG_NOSIGNAL, NULL, 0);
	do
		count = syscall(SYS_recvfrom, fd, &answer, sizeof answer, 0, NULL, NULL);
	while (count < 0 && (errno == ECONNRESET || (errno == EINTR && is_patient)));
	if (count < 0 && errno == EINTR)
		return -EINTR;
	/* Otherwise the supervisor is gone. */
	return count == (long)sizeof answer ? answer : -EIO;
}

static int ask_once(const struct preload_request *request, bool is_patient)
{
	int fd = door_connect(SOCK_CLOEXEC), answer;

	if (fd < 0)
		return fd == -ECONNREFUSED || fd == -ENOENT ? -EIO : fd;
	answer = door_ask(fd, request, is_patient);
	syscall(SYS_close, fd);
	return answer;
}

/* ---- open ---- */

static bool is_control(int folder, const char *path, int flags)
{
	size_t end = sizeof CONTROL_END - 1, length;
	struct stat facts;

	if ((flags & OPEN_FLAGS_SEEN) != O_RDWR || !path)
		return false;
	length = strlen(path);
	return length >= end && strcmp(path + length - end, CONTROL_END) == 0 &&
	       fstatat(folder, path, &facts, 0) == 0 && S_ISCHR(facts.st_mode) &&
	       facts.st_rdev == CONTROL_NODE;
}

/* As open(). */
static int control_open(int flags)
{
	const struct preload_request request = { .kind = PRELOAD_OPENS };
	int fd = door_connect(flags & O_CLOEXEC ? SOCK_CLOEXEC : 0);
	int result = fd < 0 ? fd : door_ask(fd, &request, true);

	if (result < 0) {
		if (fd >= 0)
			syscall(SYS_close, fd);
		errno = result == -ECONNREFUSED || result == -ENOENT ? ENOSYS : -result;
		return -1;
	}
	return fd;
}

static mode_t mode_of(int flags, va_list arguments)
{
	return flags & OPEN_HAS_MODE ? va_arg(arguments, mode_t) : 0;
}

/* The C library's function, or that of another preloaded library. */
#define NEXT(name, type)                                                                           \
	static type *next;                                                                         \
	if (!next)                                                                                 \
	next = (type *)dlsym(RTLD_NEXT, name)

typedef int open_function(const char *path, int flags, ...);
typedef int openat_function(int folder, const char *path, int flags, ...);
typedef int open_2_function(const char *path, int flags);
typedef int openat_2_function(int folder, const char *path, int flags);
typedef int ioctl_function(int fd, unsigned long request, ...);

#define DEFINE_OPEN(name)                                                                          \
	OURS int name(const char *path, int flags, ...)                                            \
	{                                                                                          \
		NEXT(#name, open_function);                                                        \
		va_list arguments;                                                                 \
		mode_t mode;                                                                       \
                                                                                                   \
		if (is_control(AT_FDCWD, path, flags))                                             \
			return control_open(flags);                                                \
		va_start(arguments, flags);                                                        \
		mode = mode_of(flags, arguments);                                                  \
		va_end(arguments);                                                                 \
		return next(path, flags, mode);                                                    \
	}

#define DEFINE_OPENAT(name)                                                                        \
	OURS int name(int folder, const char *path, int flags, ...)                                \
	{                                                                                          \
		NEXT(#name, openat_function);                                                      \
		va_list arguments;                                                                 \
		mode_t mode;                                                                       \
                                                                                                   \
		if (is_control(folder, path, flags))                                               \
			return control_open(flags);                                                \
		va_start(arguments, flags);                                                        \
		mode = mode_of(flags, arguments);                                                  \
		va_end(arguments);                                                                 \
		return next(folder, path, flags, mode);                                            \
	}

#define DEFINE_OPEN_2(name)                                                                        \
	OURS int name(const char *path, int flags);                                                \
	OURS int name(const char *path, int flags)                                                 \
	{                                                                                          \
		NEXT(#name, open_2_function);                                                      \
		if (is_control(AT_FDCWD, path, flags))                                             \
			return control_open(flags);                                                \
		return next(path, flags);                                                          \
	}

#define DEFINE_OPENAT_2(name)                                                                      \
	OURS int name(int folder, const char *path, int flags);                                    \
	OURS int name(int folder, const char *path, int flags)                                     \
	{                                                                                          \
		NEXT(#name, openat_2_function);                                                    \
		if (is_control(folder, path, flags))                                               \
			return control_open(flags);                                                \
		return next(folder, path, flags);                                                  \
	}

DEFINE_OPEN(open)
DEFINE_OPEN(open64)
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)
DEFINE_OPEN_2(__open_2)
DEFINE_OPEN_2(__open64_2)
DEFINE_OPENAT_2(__openat_2)
DEFINE_OPENAT_2(__openat64_2)

/* ---- ioctl ---- */

OURS int ioctl(int fd, unsigned long request, ...)
{
	NEXT("ioctl", ioctl_function);
	va_list arguments;
	void *argument;
	int answer;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if ((request >> 8 & 0xff) != DM_IOCTL_TYPE)
		return next(fd, request, argument);

	int error = errno;

	if (!is_door(fd)) {
		errno = error;
		return next(fd, request, argument);
	}
	answer = ask_once(&(struct preload_request){ .kind = PRELOAD_ASKS,
				  .number = (uint32_t)request,
				  .address = (uintptr_t)argument },
		(request & 0xff) != DM_DEV_WAIT);
	errno = answer < 0 ? -answer : error;
	return answer < 0 ? -1 : answer;
}

/* ---- the end of a process ---- */

static void tell_end(int code)
{
	(void)ask_once(
		&(struct preload_request){ .kind = PRELOAD_ENDS, .number = (uint32_t)code }, true);
}

static void at_exit(int code, void *unused)
{
	(void)unused;
	tell_end(code);
}

/* Registered before the program's own handlers, so it runs after them, when output is written. */
__attribute__((constructor)) static void begin(void)
{
	(void)on_exit(at_exit, NULL);
}

/* Shells end this way. */
OURS __attribute__((noreturn)) void _exit(int code)
{
	tell_end(code);
	for (;;)
		syscall(SYS_exit_group, code);
}

OURS __attribute__((noreturn)) void _Exit(int code)
{
	_exit(code);
}
