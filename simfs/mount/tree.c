/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - the mounted tree: names, attributes, folders. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/mount/session_internal.h"

struct node {
	fuse_ino_t inode;
	fuse_ino_t parent;
	const char *name;
	mode_t mode;
};

static const struct node nodes[] = {
	{ NODE_ROOT, NODE_ROOT, ".", S_IFDIR | 0755 },
	{ NODE_LIVE, NODE_ROOT, "live", S_IFREG | 0600 },
	{ NODE_SNAPSHOTS, NODE_ROOT, "snapshots", S_IFDIR | 0755 },
	{ NODE_RIG, NODE_ROOT, ".snaprig", S_IFDIR | 0755 },
	{ NODE_STATUS, NODE_RIG, "status.json", S_IFREG | 0444 },
	{ NODE_EVENTS, NODE_RIG, "events.jsonl", S_IFREG | 0444 },
	{ NODE_KERNEL_LOG, NODE_RIG, "kernel.log", S_IFREG | 0444 },
	{ NODE_CONTROL, NODE_RIG, "control", S_IFLNK | 0777 },
	{ NODE_DATTO_INFO, NODE_RIG, "datto-info", S_IFREG | 0444 },
};

#define NODE_COUNT (sizeof nodes / sizeof nodes[0])

/* Nothing of the tree but what never changes is cached by the kernel. */
#define STEADY_TIMEOUT_S 60.0

static bool node_exists(const struct session *session, const struct node *node)
{
	return node->inode != NODE_DATTO_INFO || volume_profile(session->volume)->is_dattobd;
}

static const struct node *node_find(const struct session *session, fuse_ino_t inode)
{
	for (size_t i = 0; i < NODE_COUNT; i++) {
		if (nodes[i].inode == inode && node_exists(session, &nodes[i]))
			return &nodes[i];
	}
	return NULL;
}

struct snapshot *node_snapshot(struct session *session, fuse_ino_t inode)
{
	if (inode < NODE_SNAPSHOT_FIRST)
		return NULL;
	return volume_snapshot_by_id(session->volume, inode - NODE_SNAPSHOT_FIRST);
}

static void common_attributes(fuse_ino_t inode, mode_t mode, struct stat *ret)
{
	*ret = (struct stat){
		.st_ino = inode,
		.st_mode = mode,
		.st_nlink = S_ISDIR(mode) ? 2 : 1,
		.st_uid = getuid(),
		.st_gid = getgid(),
		.st_blksize = 4096,
	};
}

static void node_attributes(struct session *session, const struct node *node, struct stat *ret)
{
	common_attributes(node->inode, node->mode, ret);
	if (node->inode == NODE_LIVE)
		ret->st_size = (off_t)volume_bytes(session->volume);
	else if (node->inode == NODE_KERNEL_LOG)
		ret->st_size = (off_t)volume_kernel_log(session->volume)->length;
	else if (node->inode == NODE_EVENTS)
		ret->st_size = (off_t)journal_bytes(volume_journal(session->volume));
	else if (node->inode == NODE_CONTROL)
		ret->st_size = (off_t)strlen(session->socket_path);
	ret->st_blocks = ret->st_size / 512;
}

static void snapshot_attributes(
	struct session *session, const struct snapshot *snapshot, struct stat *ret)
{
	mode_t mode = snapshot_is_writable(snapshot) ? 0600 : 0400;

	common_attributes(NODE_SNAPSHOT_FIRST + snapshot_id(snapshot), S_IFREG | mode, ret);
	ret->st_size = (off_t)volume_bytes(session->volume);
	ret->st_blocks = ret->st_size / 512;
	ret->st_mtime = ret->st_ctime = snapshot_created_seconds(snapshot);
}

/* Fills ATTRIBUTES of INODE: 0 or -ENOENT. */
static int inode_attributes(struct session *session, fuse_ino_t inode, struct stat *attributes)
{
	const struct node *node = node_find(session, inode);
	struct snapshot *snapshot = node_snapshot(session, inode);

	if (node)
		node_attributes(session, node, attributes);
	else if (snapshot)
		snapshot_attributes(session, snapshot, attributes);
	else
		return -ENOENT;
	return 0;
}

static double attribute_timeout(fuse_ino_t inode)
{
	return inode <= NODE_RIG || inode >= NODE_SNAPSHOT_FIRST ? STEADY_TIMEOUT_S : 0;
}

int tree_entry_snapshot(
	struct session *session, struct snapshot *snapshot, struct fuse_entry_param *entry)
{
	*entry = (struct fuse_entry_param){ .ino = NODE_SNAPSHOT_FIRST + snapshot_id(snapshot) };
	snapshot_attributes(session, snapshot, &entry->attr);
	entry->attr_timeout = attribute_timeout(entry->ino);
	return 0;
}

void tree_lookup(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	struct session *session = session_of(request);
	struct fuse_entry_param entry = { 0 };

	for (size_t i = 0; i < NODE_COUNT; i++) {
		if (nodes[i].parent != parent || nodes[i].inode == NODE_ROOT ||
			strcmp(nodes[i].name, name) != 0 || !node_exists(session, &nodes[i]))
			continue;
		entry.ino = nodes[i].inode;
		entry.entry_timeout = STEADY_TIMEOUT_S;
		entry.attr_timeout = attribute_timeout(entry.ino);
		node_attributes(session, &nodes[i], &entry.attr);
		fuse_reply_entry(request, &entry);
		return;
	}

	struct snapshot *snapshot = parent == NODE_SNAPSHOTS
					    ? volume_snapshot_find(session->volume, name)
					    : NULL;

	if (!snapshot) {
		fuse_reply_err(request, ENOENT);
		return;
	}
	tree_entry_snapshot(session, snapshot, &entry);
	fuse_reply_entry(request, &entry);
}

void tree_getattr(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	struct stat attributes;

	(void)file;
	if (inode_attributes(session_of(request), inode, &attributes) < 0)
		fuse_reply_err(request, ENOENT);
	else
		fuse_reply_attr(request, &attributes, attribute_timeout(inode));
}

/*
 * What can be written is like a block device: its size is what it is.  An open with
 * O_TRUNC comes as a size of 0 without a file, and is ignored as a device
 * ignores it; a real truncation is refused.  Times may be set (touch does) and
 * do not stick; owner and mode are the mount's.
 */
/* `truncate -s` makes a volume longer. */
static void reply_grown(fuse_req_t request, off_t size)
{
	struct session *session = session_of(request);
	struct stat attributes;
	const char *why;
	int error = volume_grow(session->volume, (uint64_t)size, &why);

	if (error < 0) {
		log_error("cannot make the volume longer: %s", why);
		fuse_reply_err(request, -error);
		return;
	}
	inode_attributes(session, NODE_LIVE, &attributes);
	fuse_reply_attr(request, &attributes, attribute_timeout(NODE_LIVE));
}

void tree_setattr(fuse_req_t request, fuse_ino_t inode, struct stat *attributes, int to_set,
	struct fuse_file_info *file)
{
	struct session *session = session_of(request);
	struct snapshot *snapshot = node_snapshot(session, inode);
	bool is_device = inode == NODE_LIVE || (snapshot && snapshot_is_writable(snapshot));
	struct stat now;

	if (inode_attributes(session, inode, &now) < 0) {
		fuse_reply_err(request, ENOENT);
	} else if (to_set & (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)) {
		fuse_reply_err(request, EPERM);
	} else if ((to_set & FUSE_SET_ATTR_SIZE) && inode == NODE_LIVE &&
		   attributes->st_size > now.st_size) {
		reply_grown(request, attributes->st_size);
	} else if ((to_set & FUSE_SET_ATTR_SIZE) && attributes->st_size != now.st_size &&
		   (file || attributes->st_size != 0 || !is_device)) {
		fuse_reply_err(request, EINVAL);
	} else {
		fuse_reply_attr(request, &now, attribute_timeout(inode));
	}
}

void tree_readlink(fuse_req_t request, fuse_ino_t inode)
{
	if (inode == NODE_CONTROL)
		fuse_reply_readlink(request, session_of(request)->socket_path);
	else
		fuse_reply_err(request, EINVAL);
}

/* A folder's entries as the kernel wants them, made when it is opened. */
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
	listing_add(listing, "..", NODE_ROOT, S_IFDIR);
	for (size_t i = 0; i < NODE_COUNT; i++) {
		if (nodes[i].parent == inode && nodes[i].inode != NODE_ROOT &&
			node_exists(session, &nodes[i]))
			listing_add(listing, nodes[i].name, nodes[i].inode, nodes[i].mode);
	}
	if (inode == NODE_SNAPSHOTS) {
		struct snapshot *at = NULL;

		while ((at = volume_snapshot_next(session->volume, at)))
			listing_add(listing, snapshot_name(at),
				NODE_SNAPSHOT_FIRST + snapshot_id(at), S_IFREG);
	}
	if (listing->failed) {
		free(listing->bytes);
		free(listing);
		fuse_reply_err(request, ENOMEM);
		return;
	}
	file->fh = (uintptr_t)listing;
	if (fuse_reply_open(request, file) == 0)
		session_opened(session);
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
	/* The kernel asks again from the last entry that was whole. */
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
