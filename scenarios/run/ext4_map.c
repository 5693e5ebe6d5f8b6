/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/ext4_map.h"

#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* libext2fs returns codes of its own, or plain errnos. */
static int ext4_error(struct reason *reason, errcode_t code, const char *what, const char *image)
{
	if (code > 0 && code < 200)
		return reason_error(reason, -(int)code, "cannot %s '%s'", what, image);
	reason_set(reason, "cannot %s '%s': it has no intact ext file system (error %ld)", what,
		image, (long)code);
	return -EINVAL;
}

static void auto_ext2fs_close(ext2_filsys *fs)
{
	if (*fs)
		ext2fs_close_free(fs);
}

static int ext4_open(const char *image, int flags, struct reason *reason, ext2_filsys *ret)
{
	errcode_t code = ext2fs_open(image, flags | EXT2_FLAG_64BITS, 0, 0, unix_io_manager, ret);

	return code ? ext4_error(reason, code, "open the file system in", image) : 0;
}

int ext4_used_blocks(const char *image, struct reason *reason, struct block_set **ret)
{
	AUTO(auto_ext2fs_close) ext2_filsys fs = NULL;
	int error = ext4_open(image, 0, reason, &fs);

	if (error < 0)
		return error;

	errcode_t code = ext2fs_read_block_bitmap(fs);

	if (code)
		return ext4_error(reason, code, "read the block bitmap of", image);

	uint64_t fs_blocks = ext2fs_blocks_count(fs->super);
	uint64_t ratio = fs->blocksize < ORACLE_BLOCK_BYTES ? ORACLE_BLOCK_BYTES / fs->blocksize
							    : 1;
	uint64_t spread = fs->blocksize > ORACLE_BLOCK_BYTES ? fs->blocksize / ORACLE_BLOCK_BYTES
							     : 1;
	struct block_set *used = block_set_create((size_t)(fs_blocks / ratio * spread));

	for (size_t block = 0; block < used->block_count; block++) {
		blk64_t first = block / spread * ratio;
		bool whole = true;

		/* Block 0 of a file system with 1 KiB blocks is the boot block, which the map
		 * omits. */
		for (blk64_t at = first; at < first + ratio; at++)
			whole = whole && (at < fs->super->s_first_data_block ||
						 ext2fs_test_block_bitmap2(fs->block_map, at));
		if (whole)
			block_set_add(used, block);
	}
	*ret = used;
	return 0;
}

struct block_list {
	uint64_t *blocks;
	size_t count;
};

static int block_note(ext2_filsys fs, blk64_t *block, e2_blkcnt_t index, blk64_t reference,
	int offset, void *context)
{
	struct block_list *list = context;

	(void)fs;
	(void)index;
	(void)reference;
	(void)offset;
	list->blocks = heap_grow(list->blocks, list->count, sizeof *list->blocks);
	list->blocks[list->count++] = *block;
	return 0;
}

static int block_order(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* Calls VISIT for each inode in use, until it fails. */
static errcode_t inodes_visit(ext2_filsys fs,
	errcode_t (*visit)(
		ext2_filsys fs, ext2_ino_t number, struct ext2_inode *inode, void *context),
	void *context)
{
	ext2_inode_scan scan;
	errcode_t code = ext2fs_open_inode_scan(fs, 0, &scan);

	while (!code) {
		struct ext2_inode inode;
		ext2_ino_t number;

		code = ext2fs_get_next_inode(scan, &number, &inode);
		if (code || number == 0)
			break;
		if (inode.i_links_count > 0)
			code = visit(fs, number, &inode, context);
	}
	ext2fs_close_inode_scan(scan);
	return code;
}

/* Some inodes of the file system itself are not among the reserved ones. */
static bool is_of_the_file_system(ext2_filsys fs, ext2_ino_t number)
{
	return number < EXT2_FIRST_INODE(fs->super) || number == fs->super->s_prj_quota_inum ||
	       number == fs->super->s_orphan_file_inum;
}

static errcode_t file_note(
	ext2_filsys fs, ext2_ino_t number, struct ext2_inode *inode, void *context)
{
	/* Those (such as the journal's) look like regular files. */
	if (is_of_the_file_system(fs, number) || !LINUX_S_ISREG(inode->i_mode) ||
		!ext2fs_inode_has_valid_blocks2(fs, inode))
		return 0;
	return ext2fs_block_iterate3(
		fs, number, BLOCK_FLAG_READ_ONLY | BLOCK_FLAG_DATA_ONLY, NULL, block_note, context);
}

int ext4_data_blocks(
	const char *image, struct reason *reason, uint64_t **ret_blocks, size_t *ret_count)
{
	AUTO(auto_ext2fs_close) ext2_filsys fs = NULL;
	struct block_list list = { 0 };
	int error = ext4_open(image, 0, reason, &fs);

	if (error < 0)
		return error;
	if (fs->blocksize != ORACLE_BLOCK_BYTES) {
		reason_set(reason,
			"cannot overwrite files of '%s': its blocks have %u bytes, not %u", image,
			fs->blocksize, ORACLE_BLOCK_BYTES);
		return -EINVAL;
	}

	errcode_t code = inodes_visit(fs, file_note, &list);

	if (code) {
		free(list.blocks);
		return ext4_error(reason, code, "find the files of", image);
	}
	if (list.count > 0)
		qsort(list.blocks, list.count, sizeof *list.blocks, block_order);
	*ret_blocks = list.blocks;
	*ret_count = list.count;
	return 0;
}

static errcode_t times_set(
	ext2_filsys fs, ext2_ino_t number, struct ext2_inode *visited, void *context)
{
	struct ext2_inode_large inode;
	uint32_t seconds = *(const uint32_t *)context;
	errcode_t code = ext2fs_read_inode_full(
		fs, number, (struct ext2_inode *)&inode, sizeof inode);

	(void)visited;
	if (code)
		return code;
	inode.i_atime = inode.i_ctime = inode.i_mtime = inode.i_crtime = seconds;
	inode.i_atime_extra = inode.i_ctime_extra = inode.i_mtime_extra = 0;
	inode.i_crtime_extra = 0;
	return ext2fs_write_inode_full(fs, number, (struct ext2_inode *)&inode, sizeof inode);
}

int ext4_set_times(const char *image, uint32_t seconds, struct reason *reason)
{
	ext2_filsys fs = NULL;
	int error = ext4_open(image, EXT2_FLAG_RW, reason, &fs);

	if (error < 0)
		return error;
	/* The superblock records when it is written. */
	fs->now = (time_t)seconds;

	errcode_t code = inodes_visit(fs, times_set, &seconds);

	if (code) {
		ext2fs_close_free(&fs);
		return ext4_error(reason, code, "set the times in", image);
	}
	code = ext2fs_close_free(&fs);
	return code ? ext4_error(reason, code, "write the file system in", image) : 0;
}
