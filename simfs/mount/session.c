/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/mount/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/mount/session_internal.h"

const struct session_limits session_limits_default = {
	.slots = 512,
	.background = 128,
	/* One would do, but then a second request could be taken only after the first was handled.
	 * Each additional read is woken in vain when a single request arrives. */
	.reads_ahead = 2,
};

const struct session_limits session_limits_smallest = {
	.slots = 16,
	.background = 4,
	.reads_ahead = 1,
};

static void session_init(void *userdata, struct fuse_conn_info *connection)
{
	struct session *session = userdata;

	/* The value it was mounted with: libfuse refuses to serve the volume if it is not set
	 * here. */
	connection->max_read = session->mount_options.max_read_bytes;
	/* The requests of one direct read or write are sent in parallel. */
	connection->want |= connection->capable & FUSE_CAP_ASYNC_DIO;
	connection->want |= connection->capable & FUSE_CAP_PARALLEL_DIROPS;
	/* A reader that retries after a failure must not get stale pages. */
	connection->want &= ~(unsigned)FUSE_CAP_WRITEBACK_CACHE;
	/* An open with O_TRUNC then comes as a setattr, which is ignored for a device. */
	connection->want &= ~(unsigned)FUSE_CAP_ATOMIC_O_TRUNC;
	connection->max_background = session->options.limits->background;
	connection->congestion_threshold = session->options.limits->background;
	connection->max_readahead = 0;
}

static const struct fuse_lowlevel_ops session_ops = {
	.init = session_init,
	.lookup = tree_lookup,
	.getattr = tree_getattr,
	.setattr = tree_setattr,
	.readlink = tree_readlink,
	.opendir = tree_opendir,
	.readdir = tree_readdir,
	.releasedir = tree_releasedir,
	.statfs = tree_statfs,
	.mknod = snapshots_mknod,
	.unlink = removals_unlink,
	.mkdir = tree_mkdir,
	.rmdir = tree_rmdir,
	.symlink = tree_symlink,
	.link = tree_link,
	.rename = tree_rename,
	.forget = snapshots_forget,
	.forget_multi = snapshots_forget_many,
	.open = files_open,
	.release = files_release,
	.read = files_read,
	.write = files_write,
	.fsync = files_fsync,
	.fallocate = files_fallocate,
	.lseek = files_lseek,
};

/* Logs the messages of libfuse like all others. */
__attribute__((format(printf, 2, 0))) static void log_of_fuse(
	enum fuse_log_level level, const char *format, va_list arguments)
{
	char text[1024];

	vsnprintf(text, sizeof text, format, arguments);
	text[strcspn(text, "\n")] = '\0';
	if (level <= FUSE_LOG_ERR)
		log_error("%s", text);
	else
		log_info("%s", text);
}

/* "fsname=…,subtype=snaprig,…", with commas in the image's path escaped. */
static char *mount_options(const struct session_options *options, const char *fuse_options)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	fprintf(out, "default_permissions,subtype=snaprig,fsname=");
	for (const char *at = options->image; *at; at++)
		fprintf(out, *at == ',' || *at == '\\' ? "\\%c" : "%c", *at);
	if (*fuse_options)
		fprintf(out, ",%s", fuse_options);
	return fclose(out) == 0 ? text : NULL;
}

void session_tell_ended(struct session *session)
{
	if (session->told_ended)
		return;
	session->told_ended = true;
	session->stopping = true;
	session->options.ended(session->options.context);
}

/*
 * A lazily unmounted volume is served until it is no longer used, as any file system is.  A copy in
 * another namespace does not count as use once `end` was requested.
 */
static void end_if_unused(struct session *session)
{
	if (session->is_detached && (session->open_count == 0 || session->end_asked))
		session_tell_ended(session);
}

void session_opened(struct session *session)
{
	session->open_count++;
}

void session_closed(struct session *session)
{
	MUST(session->open_count > 0);
	session->open_count--;
	end_if_unused(session);
}

static void mount_gone(void *context)
{
	struct session *session = context;

	session->is_detached = true;
	end_if_unused(session);
}

/* Nothing that it serves is mounted any more, in any namespace. */
static bool device_has_ended(const struct session *session)
{
	struct pollfd device = { .fd = session->fd };

	return !session->mounted || (poll(&device, 1, 0) > 0 && (device.revents & POLLERR));
}

bool session_end(struct session *session, struct mount_entry *ret)
{
	int found = mount_watch_find(session->watch, ret);

	session->end_asked = true;
	session->is_detached |= found == -ENOENT || device_has_ended(session);
	end_if_unused(session);
	return found == 0 && !session->is_detached;
}

static int session_mount(struct session *session)
{
	const char *options = session->options.fuse_options;
	AUTO(auto_free) char *fuse_options = mount_options_for_fuse(options ? options : "");
	AUTO(auto_free)
	char *text = fuse_options ? mount_options(&session->options, fuse_options) : NULL;
	struct fuse_args arguments = FUSE_ARGS_INIT(0, NULL);
	char message[MOUNT_OPTIONS_MESSAGE_BYTES];
	int flags;

	fuse_set_log_func(log_of_fuse);
	if (mount_options_parse(options, &session->mount_options, message) < 0) {
		log_error("%s", message);
		return -EINVAL;
	}
	if (!text || fuse_opt_add_arg(&arguments, "snaprig") < 0 ||
		fuse_opt_add_arg(&arguments, "-o") < 0 || fuse_opt_add_arg(&arguments, text) < 0)
		return -ENOMEM;
	session->fuse = fuse_session_new(&arguments, &session_ops, sizeof session_ops, session);
	fuse_opt_free_args(&arguments);
	if (!session->fuse)
		return -EINVAL;
	if (fuse_session_mount(session->fuse, session->mount_point) != 0)
		return -EIO;
	session->mounted = true;
	session->fd = fuse_session_fd(session->fuse);
	if (mount_watch_create(
		    session->ring, session->mount_point, mount_gone, session, &session->watch) < 0)
		log_info("cannot watch the mount of '%s': it ends with its last copy",
			session->mount_point);

	/* The ring does the waiting; its reads must not block. */
	flags = fcntl(session->fd, F_GETFL);
	if (flags < 0 || fcntl(session->fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
		fcntl(session->fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	return fuse_session_custom_io(session->fuse, &transport_io, session->fd) == 0 ? 0 : -EIO;
}

int session_create(struct ring *ring, const struct session_options *options, struct session **ret)
{
	struct session *session = calloc(1, sizeof *session);

	if (!session)
		return -ENOMEM;
	session->ring = ring;
	session->options = *options;
	if (!session->options.limits)
		session->options.limits = &session_limits_default;
	session->mount_point = strdup(options->mount_point);
	session->socket_path = strdup(options->socket_path);
	session->fd = -1;
	list_init(&session->free_slots);
	list_init(&session->reading);
	list_init(&session->takings);
	list_init(&session->removals);
	askers_init(&session->askers);
	session->began_ns = clock_wall_ns();

	int error = session->mount_point && session->socket_path ? session_mount(session) : -ENOMEM;

	if (error < 0) {
		session_unmount(session);
		session_destroy(session);
		return error;
	}
	*ret = session;
	return 0;
}

void session_serve(struct session *session, struct volume *volume)
{
	session->volume = volume;
	transport_fill(session);
}

void session_forget_content(struct session *session, struct snapshot *snapshot)
{
	if (session->initialised && !session->stopping)
		fuse_lowlevel_notify_inval_inode(
			session->fuse, snapshots_inode(session, snapshot), 0, 0);
}

bool session_has_failed(const struct session *session)
{
	return session->has_failed;
}

void session_stop(struct session *session)
{
	mount_watch_stop(session->watch);
	if (!session->stopping || session->reads_armed > 0) {
		session->stopping = true;
		transport_cancel(session);
	}
}

bool session_idle(const struct session *session)
{
	return session->reads_armed == 0 && session->slots_busy == 0 &&
	       session->notices_under_way == 0 && session->commands_under_way == 0 &&
	       mount_watch_idle(session->watch);
}

void session_unmount(struct session *session)
{
	/* By its path, so another mount that covers ours must not be removed.  For a mount that has
	 * ended, libfuse only frees its own resources. */
	if (session->mounted && (device_has_ended(session) || mount_watch_is_on_top(session->watch,
								      session->mount_point)))
		fuse_session_unmount(session->fuse);
	session->mounted = false;
}

void session_destroy(struct session *session)
{
	if (!session)
		return;
	if (session->fuse)
		fuse_session_destroy(session->fuse);
	slots_free(session);
	mount_watch_destroy(session->watch);
	takings_free(session);
	removals_free(session);
	texts_free(session);
	free(session->mount_point);
	free(session->socket_path);
	free(session);
}
