/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xo_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/clients/reference_files.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/file_io.h"

/* How often a wait checks whether it is asked to stop. */
#define SLICE_MS 50

/* Reads begin at this alignment, so that they are split where expected. */
#define ALIGNMENT 4096

/* Sends all of SNAPSHOT to stdout.  Returns 0, or the errno of reading it. */
static int send_all(const char *snapshot, unsigned char *block)
{
	int source = open(snapshot, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint64_t offset = 0;
	size_t got = XO_BLOCK_BYTES;
	int error = source < 0 ? -errno : 0;

	while (error == 0 && got == XO_BLOCK_BYTES) {
		got = file_read_up_to(source, block, XO_BLOCK_BYTES, offset, &error);
		offset += got;
		/* The reader has closed the stream. */
		if (write_all(STDOUT_FILENO, block, got) < 0)
			return 0;
	}
	return -error;
}

/* The sending process.  It keeps no lock and no signal handler of ours, and ends when we do. */
static _Noreturn void send_and_exit(
	const char *snapshot, int fd, unsigned char *block, pid_t parent)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || dup2(fd, STDOUT_FILENO) < 0)
		_exit(EIO);
	close_range(STDERR_FILENO + 1, ~0u, 0);
	_exit(send_all(snapshot, block));
}

int xo_stream_open(const char *snapshot, struct xo_stream *ret)
{
	AUTO(auto_free) unsigned char *block = aligned_alloc(ALIGNMENT, XO_BLOCK_BYTES);
	pid_t parent = getpid(), process;
	int ends[2];

	if (!block)
		return -ENOMEM;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	process = fork();
	if (process == 0)
		send_and_exit(snapshot, ends[1], block, parent);

	int error = process < 0 ? -errno : 0;

	close(ends[1]);
	if (error < 0) {
		close(ends[0]);
		return error;
	}
	*ret = (struct xo_stream){ .fd = ends[0], .process = process };
	return 0;
}

/* Waits until there is something to read.  Returns 0 or -errno. */
static int wait_readable(const struct xo_stream *stream, uint64_t silence_ns)
{
	struct pollfd readable = { .fd = stream->fd, .events = POLLIN };
	uint64_t begun_ns = clock_now_ns();

	while (!asked_to_stop()) {
		int count = poll(&readable, 1, SLICE_MS);

		if (count > 0)
			return 0;
		if (count < 0 && errno != EINTR)
			return -errno;
		if (clock_now_ns() - begun_ns >= silence_ns)
			return -ETIMEDOUT;
	}
	return -ECANCELED;
}

int xo_stream_read(
	struct xo_stream *stream, void *bytes, size_t length, uint64_t silence_ns, size_t *ret_got)
{
	unsigned char *at = bytes;
	size_t done = 0;

	while (done < length) {
		int error = wait_readable(stream, silence_ns);
		ssize_t got = error < 0 ? 0 : read(stream->fd, at + done, length - done);

		if (error == 0 && got < 0 && errno != EINTR)
			error = -errno;
		if (error < 0)
			return error;
		if (got == 0)
			break;
		if (got > 0)
			done += (size_t)got;
	}
	*ret_got = done;
	return 0;
}

int xo_stream_close(struct xo_stream *stream)
{
	int status = 0;

	if (stream->process <= 0)
		return 0;
	/* A process that has sent everything closes its end, or its write fails; one that hangs is
	 * killed. */
	close(stream->fd);
	kill(stream->process, SIGKILL);
	while (waitpid(stream->process, &status, 0) < 0 && errno == EINTR)
		continue;
	*stream = (struct xo_stream){ .fd = -1 };
	return WIFEXITED(status) ? -WEXITSTATUS(status) : 0;
}
