/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attributes.c - what stat() shows, and what chmod(), utimensat() and truncate() may change.
 *
 * The kernel caches nothing that may change without it: clients decide by times and sizes whether
 * to read a file.
 *
 * The live view and writable snapshots behave like block devices: their size is fixed.  An open
 * with O_TRUNC arrives as a size of 0 without a file, and is ignored as a device ignores it; a real
 * truncation is refused.  Owner and mode are those of the mount.  The owner may set the times of
 * the live view, but not those of a snapshot, so that `touch` of an existing one fails: a script
 * that takes a snapshot under an old name would back up the old one.
 */
#include <errno.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/mount/session_internal.h"
#include "simfs/volume/snapshot.h"
#include "simfs/volume/surface.h"

static struct timespec timespec_of(int64_t ns)
{
	int64_t seconds = ns / (int64_t)NS_PER_S;
	int64_t rest = ns % (int64_t)NS_PER_S;

	return rest < 0 ? (struct timespec){ seconds - 1, rest + (int64_t)NS_PER_S }
			: (struct timespec){ seconds, rest };
}

static int64_t ns_of(const struct timespec *time)
{
	return time->tv_sec * (int64_t)NS_PER_S + time->tv_nsec;
}

static void common_attributes(
	const struct session *session, fuse_ino_t inode, mode_t mode, struct stat *ret)
{
	*ret = (struct stat){
		.st_ino = inode,
		.st_mode = mode,
		.st_nlink = S_ISDIR(mode) ? 2 : 1,
		.st_uid = session->mount_options.owner.uid,
		.st_gid = session->mount_options.owner.gid,
		.st_blksize = 4096,
	};
}

/* As on a file system mounted with noatime. */
static void set_times(struct stat *attributes, struct file_times times)
{
	attributes->st_mtim = attributes->st_atim = timespec_of(times.modified_ns);
	attributes->st_ctim = timespec_of(times.changed_ns);
}

static void set_sizes(struct stat *attributes, uint64_t bytes, uint64_t allocated_bytes)
{
	attributes->st_size = (off_t)bytes;
	attributes->st_blocks = (blkcnt_t)((allocated_bytes + 511) / 512);
}

static mode_t place_mode(const struct session *session, const struct place *place)
{
	return S_ISLNK(place->type)
		       ? S_IFLNK | 0777
		       : place->type | owner_mode(&session->mount_options.owner, place->owned);
}

void place_attributes(struct session *session, const struct place *place, struct stat *ret)
{
	struct file_times times = { session->began_ns, session->began_ns };
	uint64_t bytes = 0;

	common_attributes(session, place->inode, place_mode(session, place), ret);
	switch (place->inode) {
	case PLACE_ROOT:
		ret->st_nlink = 4; /* itself, and one for each of its subfolders */
		break;
	case PLACE_LIVE:
		set_sizes(ret, volume_bytes(session->volume),
			volume_allocated_bytes(session->volume));
		set_times(ret, volume_times(session->volume));
		return;
	case PLACE_SNAPSHOTS:
		times.modified_ns = times.changed_ns = volume_list_changed_ns(session->volume);
		break;
	case PLACE_CONTROL:
		bytes = strlen(session->socket_path);
		break;
	case PLACE_RIG:
		break;
	default:
		bytes = text_bytes(session, place->inode);
		times.modified_ns = times.changed_ns = clock_wall_ns();
		break;
	}
	set_sizes(ret, bytes, bytes);
	set_times(ret, times);
}

void snapshot_attributes(struct session *session, const struct snapshot *snapshot, struct stat *ret)
{
	enum owned owned = snapshot_is_writable(snapshot) ? OWNED_VOLUME : OWNED_READ_ONLY;

	common_attributes(session, PLACE_SNAPSHOT_FIRST + snapshot_id(snapshot),
		S_IFREG | owner_mode(&session->mount_options.owner, owned), ret);
	set_sizes(ret, volume_bytes(session->volume), snapshot_allocated_bytes(snapshot));
	set_times(ret, snapshot_times(snapshot));
}

/*
 * A snapshot that was requested and does not exist yet, or one that was deleted before its creator
 * closed it.
 */
void taking_attributes(struct session *session, fuse_ino_t inode, struct stat *ret)
{
	int64_t now_ns = clock_wall_ns();

	common_attributes(session, inode,
		S_IFREG | owner_mode(&session->mount_options.owner, OWNED_READ_ONLY), ret);
	set_sizes(ret, volume_bytes(session->volume), 0);
	set_times(ret, (struct file_times){ now_ns, now_ns });
}

/* Fills in the ATTRIBUTES of INODE.  Returns 0 or -ENOENT. */
static int inode_attributes(struct session *session, fuse_ino_t inode, struct stat *attributes)
{
	const struct place *place = place_find(session, inode);
	const struct snapshot *snapshot = place_snapshot(session, inode);

	if (place)
		place_attributes(session, place, attributes);
	else if (snapshot)
		snapshot_attributes(session, snapshot, attributes);
	else if (taking_is_pending(session, inode) || taking_is_fresh(session, inode))
		taking_attributes(session, inode, attributes);
	else
		return -ENOENT;
	return 0;
}

double attribute_timeout(fuse_ino_t inode)
{
	return inode == PLACE_ROOT || inode == PLACE_RIG || inode == PLACE_CONTROL
		       ? STEADY_TIMEOUT_S
		       : 0;
}

void attributes_reply(fuse_req_t request, fuse_ino_t inode, int error)
{
	struct stat attributes;

	if (error == 0)
		error = inode_attributes(session_of(request), inode, &attributes);
	if (error < 0)
		fuse_reply_err(request, -error);
	else
		fuse_reply_attr(request, &attributes, attribute_timeout(inode));
}

void tree_getattr(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	(void)file;
	attributes_reply(request, inode, 0);
}

/* ---- changing them ---- */

#define SET_OWNER (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)
#define SET_TIMES                                                                                  \
	(FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME | FUSE_SET_ATTR_ATIME_NOW |                     \
		FUSE_SET_ATTR_MTIME_NOW)

static bool is_growth(
	const struct session *session, fuse_ino_t inode, const struct stat *attributes, int to_set)
{
	return inode == PLACE_LIVE && (to_set & FUSE_SET_ATTR_SIZE) &&
	       attributes->st_size > (off_t)volume_bytes(session->volume);
}

static int set_size(struct session *session, fuse_ino_t inode, const struct snapshot *snapshot,
	off_t size, const struct fuse_file_info *file)
{
	bool is_device = inode == PLACE_LIVE || (snapshot && snapshot_is_writable(snapshot));
	off_t now = (off_t)volume_bytes(session->volume);

	if (!is_device)
		return snapshot ? -EROFS : -EPERM;
	return size == now || (size == 0 && !file) ? 0 : -EINVAL;
}

static int set_times_of(struct session *session, fuse_ino_t inode, const struct snapshot *snapshot,
	const struct stat *attributes, int to_set)
{
	if (inode == PLACE_LIVE) {
		if (to_set & FUSE_SET_ATTR_MTIME_NOW)
			volume_set_modified_now(session->volume);
		else if (to_set & FUSE_SET_ATTR_MTIME)
			volume_set_modified(session->volume, ns_of(&attributes->st_mtim));
		return 0;
	}
	/* For the creator of the snapshot, mostly `touch`; it may be deleted already. */
	if (taking_is_fresh(session, inode))
		return 0;
	if (!snapshot)
		return -EPERM;
	return to_set & FUSE_SET_ATTR_MTIME_NOW ? -EEXIST : -EPERM;
}

void tree_setattr(fuse_req_t request, fuse_ino_t inode, struct stat *attributes, int to_set,
	struct fuse_file_info *file)
{
	struct session *session = session_of(request);
	const struct snapshot *snapshot = place_snapshot(session, inode);
	struct stat now;
	int error = inode_attributes(session, inode, &now);

	if (error == 0 && (to_set & SET_OWNER))
		error = -EPERM;
	if (error == 0 && is_growth(session, inode, attributes, to_set)) {
		growing_start(request, (uint64_t)attributes->st_size);
		return;
	}
	if (error == 0 && (to_set & FUSE_SET_ATTR_SIZE))
		error = set_size(session, inode, snapshot, attributes->st_size, file);
	if (error == 0 && (to_set & SET_TIMES) && !(to_set & FUSE_SET_ATTR_SIZE))
		error = set_times_of(session, inode, snapshot, attributes, to_set);
	attributes_reply(request, inode, error);
}

/* ---- the file system ---- */

/* Used and free space where the state is stored; each snapshot counts as a file. */
void tree_statfs(fuse_req_t request, fuse_ino_t inode)
{
	struct session *session = session_of(request);
	struct volume_room room = volume_room(session->volume);
	fsfilcnt_t free_files = room.snapshots_max - room.snapshots;
	struct statvfs facts = {
		.f_bsize = 4096,
		.f_frsize = 4096,
		.f_blocks = (room.used_bytes + room.free_bytes) / 4096,
		.f_bfree = room.free_bytes / 4096,
		.f_bavail = room.free_bytes / 4096,
		.f_files = place_count(session) + room.snapshots_max,
		.f_ffree = free_files,
		.f_favail = free_files,
		.f_namemax = VOLUME_SNAPSHOT_NAME_MAX,
	};

	(void)inode;
	fuse_reply_statfs(request, &facts);
}
