/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - names and folders of the mounted tree. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/mount/session_internal.h"
#include "simfs/volume/extension.h"
#include "simfs/volume/snapshot.h"

static const struct place places[] = {
	{ PLACE_ROOT, PLACE_ROOT, ".", S_IFDIR, OWNED_FOLDER },
	{ PLACE_LIVE, PLACE_ROOT, "live", S_IFREG, OWNED_VOLUME },
	{ PLACE_SNAPSHOTS, PLACE_ROOT, "snapshots", S_IFDIR, OWNED_FOLDER },
	{ PLACE_RIG, PLACE_ROOT, ".snaprig", S_IFDIR, OWNED_FOLDER },
	{ PLACE_STATUS, PLACE_RIG, "status.json", S_IFREG, OWNED_TEXT },
	{ PLACE_EVENTS, PLACE_RIG, "events.jsonl", S_IFREG, OWNED_TEXT },
	{ PLACE_KERNEL_LOG, PLACE_RIG, "kernel.log", S_IFREG, OWNED_TEXT },
	{ PLACE_CONTROL, PLACE_RIG, "control", S_IFLNK, OWNED_TEXT },
	{ PLACE_INFO, PLACE_RIG, NULL, S_IFREG, OWNED_TEXT },
};

#define PLACE_COUNT (sizeof places / sizeof places[0])

/* A place without a name is the driver's; NULL if the driver has none. */
static const char *place_name(const struct session *session, const struct place *place)
{
	return place->name ? place->name : volume_info_name(session->volume);
}

static bool place_exists(const struct session *session, const struct place *place)
{
	return place_name(session, place) != NULL;
}

const struct place *place_find(const struct session *session, fuse_ino_t inode)
{
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		if (places[i].inode == inode && place_exists(session, &places[i]))
			return &places[i];
	}
	return NULL;
}

unsigned place_count(const struct session *session)
{
	unsigned count = 0;

	for (size_t i = 0; i < PLACE_COUNT; i++)
		count += place_exists(session, &places[i]);
	return count;
}

struct snapshot *place_snapshot(struct session *session, fuse_ino_t inode)
{
	if (inode >= PLACE_TAKING_FIRST)
		return taking_snapshot(session, inode);
	if (inode < PLACE_SNAPSHOT_FIRST)
		return NULL;
	return volume_snapshot_by_id(session->volume, inode - PLACE_SNAPSHOT_FIRST);
}

static const struct place *place_named(
	const struct session *session, fuse_ino_t parent, const char *name)
{
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		if (places[i].parent == parent && places[i].inode != PLACE_ROOT &&
			place_exists(session, &places[i]) &&
			strcmp(place_name(session, &places[i]), name) == 0)
			return &places[i];
	}
	return NULL;
}

void tree_reply_place(fuse_req_t request, fuse_ino_t inode)
{
	struct session *session = session_of(request);
	const struct place *place = place_find(session, inode);
	struct fuse_entry_param entry = { .ino = inode, .attr_timeout = attribute_timeout(inode) };

	if (text_is_made(inode))
		text_make(session, inode);
	else
		entry.entry_timeout = STEADY_TIMEOUT_S;
	place_attributes(session, place, &entry.attr);
	fuse_reply_entry(request, &entry);
}

void tree_lookup(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	struct session *session = session_of(request);
	const struct place *place = place_named(session, parent, name);
	struct fuse_entry_param entry = { 0 };

	if (removals_lookup(request, parent, name))
		return;
	if (place) {
		tree_reply_place(request, place->inode);
		return;
	}

	struct snapshot *snapshot = parent == PLACE_SNAPSHOTS
					    ? volume_snapshot_find(session->volume, name)
					    : NULL;

	if (!snapshot) {
		fuse_reply_err(request, ENOENT);
		return;
	}
	entry.ino = snapshots_inode(session, snapshot);
	entry.attr_timeout = attribute_timeout(entry.ino);
	snapshot_attributes(session, snapshot, &entry.attr);
	if (fuse_reply_entry(request, &entry) == 0)
		taking_looked_up(session, entry.ino);
}

void tree_readlink(fuse_req_t request, fuse_ino_t inode)
{
	if (inode == PLACE_CONTROL)
		fuse_reply_readlink(request, session_of(request)->socket_path);
	else
		fuse_reply_err(request, EINVAL);
}

/* A folder's entries in the kernel's format, made when it is opened. */
struct listing {
	fuse_req_t request;
	char *bytes;
	size_t length;
	bool failed;
};

static void listing_add(struct listing *listing, const char *name, fuse_ino_t inode, mode_t mode)
{
	struct stat attributes = { .st_ino = inode, .st_mode = mode };
	size_t size = fuse_add_direntry(listing->request, NULL, 0, name, NULL, 0);
	char *grown = realloc(listing->bytes, listing->length + size);

	if (!grown) {
		listing->failed = true;
		return;
	}
	listing->bytes = grown;
	fuse_add_direntry(listing->request, grown + listing->length, size, name, &attributes,
		(off_t)(listing->length + size));
	listing->length += size;
}

void tree_opendir(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	struct session *session = session_of(request);
	struct listing *listing = calloc(1, sizeof *listing);

	if (!listing) {
		fuse_reply_err(request, ENOMEM);
		return;
	}
	listing->request = request;
	listing_add(listing, ".", inode, S_IFDIR);
	listing_add(listing, "..", PLACE_ROOT, S_IFDIR);
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		if (places[i].parent == inode && places[i].inode != PLACE_ROOT &&
			place_exists(session, &places[i]))
			listing_add(listing, place_name(session, &places[i]), places[i].inode,
				places[i].type);
	}
	if (inode == PLACE_SNAPSHOTS) {
		struct snapshot *at = NULL;

		while ((at = volume_snapshot_next(session->volume, at)))
			listing_add(listing, snapshot_name(at),
				PLACE_SNAPSHOT_FIRST + snapshot_id(at), S_IFREG);
	}
	if (listing->failed) {
		free(listing->bytes);
		free(listing);
		fuse_reply_err(request, ENOMEM);
		return;
	}
	file->fh = (uintptr_t)listing;
	if (fuse_reply_open(request, file) == 0) {
		session_opened(session);
		return;
	}
	/* The caller was interrupted, so nobody will close it. */
	free(listing->bytes);
	free(listing);
}

void tree_readdir(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *file)
{
	const struct listing *listing = (const void *)(uintptr_t)file->fh;
	size_t left;

	(void)inode;
	if (offset < 0 || (size_t)offset >= listing->length) {
		fuse_reply_buf(request, NULL, 0);
		return;
	}
	/* The kernel continues after the last whole entry. */
	left = listing->length - (size_t)offset;
	fuse_reply_buf(request, listing->bytes + offset, left < size ? left : size);
}

void tree_releasedir(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	struct listing *listing = (void *)(uintptr_t)file->fh;

	(void)inode;
	session_closed(session_of(request));
	free(listing->bytes);
	free(listing);
	fuse_reply_err(request, 0);
}

/* ---- changes of the tree ---- */

/*
 * Nothing can be moved.  The error is not EXDEV, after which a program copies, and would take a
 * snapshot.
 */
void tree_rename(fuse_req_t request, fuse_ino_t parent, const char *name, fuse_ino_t to_parent,
	const char *to_name, unsigned int flags)
{
	(void)parent;
	(void)name;
	(void)to_parent;
	(void)to_name;
	(void)flags;
	fuse_reply_err(request, EPERM);
}

void tree_mkdir(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode)
{
	(void)parent;
	(void)name;
	(void)mode;
	fuse_reply_err(request, EPERM);
}

void tree_rmdir(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	(void)parent;
	(void)name;
	fuse_reply_err(request, EPERM);
}

void tree_symlink(fuse_req_t request, const char *text, fuse_ino_t parent, const char *name)
{
	(void)text;
	(void)parent;
	(void)name;
	fuse_reply_err(request, EPERM);
}

void tree_link(fuse_req_t request, fuse_ino_t inode, fuse_ino_t parent, const char *name)
{
	(void)inode;
	(void)parent;
	(void)name;
	fuse_reply_err(request, EPERM);
}
