/* SPDX-License-Identifier: Apache-2.0 */
/* answers FILE - what a file answers that is asked what files are asked, a line each. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

/* FS_IOC_FIEMAP, with room for no extent. */
#include <linux/fiemap.h>

static void say(const char *what, long result)
{
	printf("%s: %s\n", what, result < 0 ? strerrorname_np(errno) : "ok");
}

static void ask_for_room(int fd, off_t bytes)
{
	say("fallocate", fallocate(fd, 0, 0, 4096));
	say("fallocate keep-size", fallocate(fd, FALLOC_FL_KEEP_SIZE, bytes, 4096));
	say("fallocate collapse", fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096));
	say("fallocate zero", fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, 4096));
	say("fallocate punch", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
	errno = posix_fallocate(fd, 0, 4096);
	say("posix_fallocate", errno ? -1 : 0);
}

static void ask_for_locks(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	say("flock", flock(fd, LOCK_EX | LOCK_NB));
	say("posix lock", fcntl(fd, F_SETLK, &lock));
	lock.l_type = F_UNLCK;
	fcntl(fd, F_SETLK, &lock);
	lock.l_type = F_WRLCK;
	say("ofd lock", fcntl(fd, F_OFD_SETLK, &lock));
}

static void ask_for_attributes(const char *path, int fd)
{
	char value[64];

	say("setxattr", fsetxattr(fd, "user.name", "v", 1, 0));
	say("getxattr", fgetxattr(fd, "user.name", value, sizeof value));
	say("chmod", fchmod(fd, 0777));
	say("chown", fchown(fd, 1, 1));
	say("link", link(path, "other"));
	say("rename", rename(path, "other"));
}

static void ask_for_bytes(int fd, off_t bytes)
{
	struct iovec one = { .iov_base = (char[]){ "x" }, .iov_len = 1 };
	struct fiemap map = { .fm_length = FIEMAP_MAX_OFFSET };
	off_t from = 0, to = 8192;

	say("write behind the end", pwrite(fd, "x", 1, bytes));
	say("read behind the end", pread(fd, one.iov_base, 1, bytes));
	say("truncate to less", ftruncate(fd, bytes - 512));
	say("copy_file_range", copy_file_range(fd, &from, fd, &to, 4096, 0));
	say("clone", ioctl(fd, FICLONE, fd));
	say("fiemap", ioctl(fd, FS_IOC_FIEMAP, &map));
	say("read nowait", preadv2(fd, &one, 1, 0, RWF_NOWAIT));
	say("fsync", fsync(fd));
	say("fdatasync", fdatasync(fd));
	say("sync_file_range", sync_file_range(fd, 0, 4096, SYNC_FILE_RANGE_WRITE));
	say("fadvise", (errno = posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED)) ? -1 : 0);
	say("seek data", lseek(fd, 0, SEEK_DATA));
	say("seek hole", lseek(fd, 0, SEEK_HOLE));
	say("seek data behind the end", lseek(fd, bytes, SEEK_DATA));
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
	struct statvfs room;
	struct stat facts;

	if (fd < 0 && errno == EROFS)
		fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &facts) < 0) {
		fprintf(stderr, "answers: cannot open the file: %s\n", strerror(errno));
		return 1;
	}
	ask_for_room(fd, facts.st_size);
	ask_for_locks(fd);
	ask_for_attributes(argv[1], fd);
	ask_for_bytes(fd, facts.st_size);
	say("statvfs", fstatvfs(fd, &room));
	printf("room: %s\n", room.f_blocks > 0 && room.f_bavail > 0 ? "ok" : "none");
	return 0;
}
