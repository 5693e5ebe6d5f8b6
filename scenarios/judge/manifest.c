/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/judge/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "scenarios/judge/oracle.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"

#define READ_BYTES  ((size_t)1 << 20)
#define NAMES_BYTES ((size_t)64 << 10) /* the largest list of attributes */

struct entry {
	char *path;
	struct stat stat;
	uint64_t content;    /* of a file or link */
	uint64_t attributes; /* of their names and values */
	char *same_as;	     /* for hard links, the first path; otherwise the path itself */
};

struct manifest {
	struct entry *entries; /* sorted by path */
	size_t count;
};

void manifest_destroy(struct manifest *manifest)
{
	if (!manifest)
		return;
	for (size_t i = 0; i < manifest->count; i++) {
		free(manifest->entries[i].path);
		free(manifest->entries[i].same_as);
	}
	free(manifest->entries);
	free(manifest);
}

/* Combines the hash so far with that of the next bytes. */
static uint64_t hash_on(uint64_t so_far, const void *bytes, size_t length)
{
	uint64_t both[2] = { so_far, digest_hash(bytes, length) };

	return digest_hash(both, sizeof both);
}

static int file_hash(const char *path, uint64_t *ret)
{
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOATIME);
	AUTO(auto_free) char *buffer = heap_new(READ_BYTES);

	if (fd < 0 && errno == EPERM)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	/* At fixed offsets, so that short reads do not change the result. */
	for (uint64_t at = 0;; at += READ_BYTES) {
		int error;
		size_t done = file_read_up_to(fd, buffer, READ_BYTES, at, &error);

		if (error < 0)
			return error;
		if (done > 0)
			*ret = hash_on(*ret, buffer, done);
		if (done < READ_BYTES)
			return 0;
	}
}

static int link_hash(const char *path, uint64_t *ret)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof target);

	if (length < 0)
		return -errno;
	*ret = digest_hash(target, (size_t)length);
	return 0;
}

bool manifest_has_attributes(const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->count; i++)
		if (manifest->entries[i].attributes != 0)
			return true;
	return false;
}

static int text_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds the value of one attribute; the machine's own labels are not part of the tree. */
static int attribute_hash(const char *path, const char *name, uint64_t *hash)
{
	AUTO(auto_free) char *value = heap_new(NAMES_BYTES);
	ssize_t length;

	if (strcmp(name, "security.selinux") == 0)
		return 0;
	length = lgetxattr(path, name, value, NAMES_BYTES);
	if (length < 0)
		return -errno;
	*hash = hash_on(*hash, name, strlen(name));
	*hash = hash_on(*hash, value, (size_t)length);
	return 0;
}

static int attributes_hash(const char *path, uint64_t *ret)
{
	AUTO(auto_free) char *list = heap_new(NAMES_BYTES);
	AUTO(auto_free) char **names = NULL;
	ssize_t length = llistxattr(path, list, NAMES_BYTES);
	size_t count = 0;

	if (length < 0)
		return errno == ENOTSUP ? 0 : -errno;
	for (const char *at = list; at < list + length; at += strlen(at) + 1) {
		names = heap_grow(names, count, sizeof *names);
		names[count++] = (char *)at;
	}
	if (count > 0)
		qsort(names, count, sizeof *names, text_compare);
	for (size_t i = 0; i < count; i++) {
		int error = attribute_hash(path, names[i], ret);

		if (error < 0)
			return error;
	}
	return 0;
}

/* Adds FOUND, at PATH below the folder. */
static int entry_add(struct manifest *manifest, const FTSENT *found, const char *path)
{
	struct entry entry = { .stat = *found->fts_statp };
	int error = 0;

	if (S_ISREG(entry.stat.st_mode))
		error = file_hash(found->fts_accpath, &entry.content);
	else if (S_ISLNK(entry.stat.st_mode))
		error = link_hash(found->fts_accpath, &entry.content);
	if (error == 0)
		error = attributes_hash(found->fts_accpath, &entry.attributes);
	if (error < 0)
		return error;
	entry.path = heap_copy(path);
	manifest->entries = heap_grow(manifest->entries, manifest->count, sizeof entry);
	manifest->entries[manifest->count++] = entry;
	return 0;
}

static int path_compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static int inode_compare(const void *a, const void *b)
{
	const struct entry *left = *(struct entry *const *)a, *right = *(struct entry *const *)b;

	if (left->stat.st_ino != right->stat.st_ino)
		return left->stat.st_ino < right->stat.st_ino ? -1 : 1;
	return strcmp(left->path, right->path);
}

/* Sorts by path, and finds the first path of each hard-linked file. */
static void manifest_settle(struct manifest *manifest)
{
	AUTO(auto_free)
	struct entry **by_inode = heap_new((manifest->count + 1) * sizeof *by_inode);
	const struct entry *first = NULL;

	if (manifest->count == 0)
		return;
	qsort(manifest->entries, manifest->count, sizeof *manifest->entries, path_compare);
	for (size_t i = 0; i < manifest->count; i++)
		by_inode[i] = &manifest->entries[i];
	qsort(by_inode, manifest->count, sizeof *by_inode, inode_compare);
	for (size_t i = 0; i < manifest->count; i++) {
		if (!first || first->stat.st_ino != by_inode[i]->stat.st_ino)
			first = by_inode[i];
		by_inode[i]->same_as = heap_copy(first->path);
	}
}

static int tree_read(FTS *tree, size_t folder_length, struct manifest *manifest, char **ret_path)
{
	FTSENT *found;

	while ((errno = 0, found = fts_read(tree))) {
		const char *path = found->fts_path + folder_length;
		bool is_broken = found->fts_info == FTS_DNR || found->fts_info == FTS_ERR ||
				 found->fts_info == FTS_NS;
		int error = is_broken ? -found->fts_errno : 0;

		if (error == 0 && (found->fts_level == 0 || found->fts_info == FTS_DP))
			continue;
		if (error == 0)
			error = entry_add(manifest, found, path + strspn(path, "/"));
		if (error < 0) {
			*ret_path = heap_copy(found->fts_path);
			return error;
		}
	}
	return -errno;
}

int manifest_create(const char *folder, struct manifest **ret, char **ret_path)
{
	char *paths[] = { (char *)folder, NULL };
	struct manifest *manifest;
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	int error;

	*ret_path = NULL;
	if (!tree)
		return -errno;
	manifest = heap_new(sizeof *manifest);
	error = tree_read(tree, strlen(folder), manifest, ret_path);
	fts_close(tree);
	if (error < 0) {
		manifest_destroy(manifest);
		return error;
	}
	manifest_settle(manifest);
	*ret = manifest;
	return 0;
}

/* ---- comparison ---- */

#define NAMED_MAX 3 /* differences that are named in the text */

static bool same_time(
	const struct entry *left, const struct entry *right, const struct tree_losses *losses)
{
	if (losses->link_times && S_ISLNK(left->stat.st_mode))
		return true;
	return left->stat.st_mtim.tv_sec == right->stat.st_mtim.tv_sec &&
	       (losses->fractions || left->stat.st_mtim.tv_nsec == right->stat.st_mtim.tv_nsec);
}

static bool is_device(const struct entry *entry)
{
	return S_ISCHR(entry->stat.st_mode) || S_ISBLK(entry->stat.st_mode);
}

/* What an ordinary user restores is his own, whoever owned it; the group may be his, too. */
static bool same_owner(const struct entry *expected, const struct entry *met)
{
	bool is_root = geteuid() == 0;
	uid_t owner = is_root ? expected->stat.st_uid : geteuid();

	return met->stat.st_uid == owner && (met->stat.st_gid == expected->stat.st_gid ||
						    (!is_root && met->stat.st_gid == getegid()));
}

/* Returns how MET differs from EXPECTED, which has the same path; NULL if it does not. */
static const char *difference(const struct entry *expected, const struct entry *met,
	const struct tree_losses *losses, bool *looks_complete)
{
	bool has_size = S_ISREG(expected->stat.st_mode);

	*looks_complete = false;
	if ((expected->stat.st_mode & S_IFMT) != (met->stat.st_mode & S_IFMT))
		return "is of a different kind";
	if (has_size && expected->stat.st_size != met->stat.st_size)
		return "has another size";
	*looks_complete = true;
	if (expected->content != met->content)
		return has_size ? "has another content" : "leads elsewhere";
	if (is_device(expected) && expected->stat.st_rdev != met->stat.st_rdev)
		return "is another device";
	if (expected->stat.st_mode != met->stat.st_mode)
		return "has another mode";
	if (!same_owner(expected, met))
		return "has another owner";
	if (!same_time(expected, met, losses))
		return "has another time";
	if (!losses->attributes && expected->attributes != met->attributes)
		return "has other attributes";
	if (!losses->hard_links && strcmp(expected->same_as, met->same_as) != 0)
		return "is linked otherwise";
	return NULL;
}

struct comparing {
	struct tree_comparison comparison;
	struct differences *names; /* or NULL */
	char *named;		   /* the first of them, as text; or NULL */
};

/* Records that PATH differs in WHAT. */
static void difference_add(struct comparing *comparing, const char *path, const char *what)
{
	AUTO(auto_free) char *before = comparing->named;

	if (comparing->names)
		differences_add_name(comparing->names, path, what);
	comparing->comparison.different_count++;
	if (comparing->comparison.different_count <= NAMED_MAX)
		comparing->named = heap_format(
			"%s%s'%s' %s", before ? before : "", before ? ", " : "", path, what);
	else
		comparing->named = TAKE_PTR(before);
}

static void entries_compare(const struct entry *expected, const struct entry *met,
	const struct tree_losses *losses, struct comparing *comparing)
{
	bool looks_complete;
	const char *what = difference(expected, met, losses, &looks_complete);

	comparing->comparison.compared_count++;
	comparing->comparison.looks_complete &= looks_complete;
	if (what)
		difference_add(comparing, expected->path, what);
}

/* Returns "2 of 441 names differ: ...".  The caller frees it. */
static char *comparing_text(const struct comparing *comparing)
{
	const struct tree_comparison *comparison = &comparing->comparison;

	if (comparison->same)
		return heap_format("all %zu names are the same", comparison->compared_count);
	return heap_format("%zu of %zu names differ: %s%s", comparison->different_count,
		comparison->compared_count, comparing->named,
		comparison->different_count > NAMED_MAX ? ", ..." : "");
}

char *manifest_compare(const struct manifest *expected, const struct manifest *met,
	const struct tree_losses *losses, struct differences *names, struct tree_comparison *ret)
{
	struct comparing comparing = { .comparison.looks_complete = true, .names = names };
	struct tree_comparison *comparison = &comparing.comparison;
	size_t left = 0, right = 0;

	while (left < expected->count || right < met->count) {
		int order = left == expected->count ? 1
			    : right == met->count
				    ? -1
				    : path_compare(&expected->entries[left], &met->entries[right]);

		if (order == 0) {
			entries_compare(&expected->entries[left++], &met->entries[right++], losses,
				&comparing);
			continue;
		}
		comparison->compared_count++;
		comparison->looks_complete &= order > 0;
		if (order < 0)
			difference_add(&comparing, expected->entries[left++].path, "is missing");
		else
			difference_add(&comparing, met->entries[right++].path, "was not there");
	}
	comparison->same = comparison->different_count == 0;
	if (names) {
		names->compared_count = comparison->compared_count;
		names->different_count = comparison->different_count;
	}

	*ret = *comparison;

	char *text = comparing_text(&comparing);

	free(comparing.named);
	return text;
}
