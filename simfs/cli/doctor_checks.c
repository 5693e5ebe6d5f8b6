/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/doctor_checks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "simfs/base/cgroup.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/base/machine.h"
#include "simfs/base/temporary.h"
#include "simfs/blockio/ring.h"

/* The oldest kernel that the rig is tested on (tests/conform/kernels). */
#define KERNEL_TESTED_MAJOR 5
#define KERNEL_TESTED_MINOR 10

/* The number in <linux/capability.h>, which is not a mask. */
#define CAPABILITY_SYS_ADMIN 21

__attribute__((format(printf, 4, 5))) static void found(
	struct finding *finding, enum health health, const char *remedy, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(finding->what, sizeof finding->what, format, arguments);
	va_end(arguments);
	finding->health = health;
	snprintf(finding->remedy, sizeof finding->remedy, "%s", remedy);
}

/*
 * Whether FILE has a line that begins with PREFIX.  REST, which may be NULL, gets what follows it.
 */
static bool find_line(const char *path, const char *prefix, char *rest, size_t length)
{
	AUTO(auto_fclose) FILE *file = fopen(path, "re");
	char line[512];

	while (file && fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, prefix, strlen(prefix)) != 0)
			continue;
		if (rest)
			snprintf(rest, length, "%s", line + strlen(prefix));
		return true;
	}
	return false;
}

/* Finds PROGRAM as a shell does. */
static bool find_program(const char *program, char *path, size_t length)
{
	const char *folders = getenv("PATH");
	const char *at = folders ? folders : "/usr/local/bin:/usr/bin:/bin";

	while (*at) {
		size_t folder_length = strcspn(at, ":");

		snprintf(path, length, "%.*s/%s", (int)folder_length, at, program);
		if (folder_length > 0 && access(path, X_OK) == 0)
			return true;
		at += folder_length;
		at += *at == ':';
	}
	return false;
}

static bool may_mount_directly(void)
{
	char mask[64];

	return geteuid() == 0 && find_line("/proc/self/status", "CapEff:\t", mask, sizeof mask) &&
	       (strtoull(mask, NULL, 16) >> CAPABILITY_SYS_ADMIN & 1);
}

/* ---- what mounting needs ---- */

static void check_kernel(struct finding *finding)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	if (major > KERNEL_TESTED_MAJOR ||
		(major == KERNEL_TESTED_MAJOR && minor >= KERNEL_TESTED_MINOR))
		found(finding, HEALTH_OK, "", "%s %s", name.sysname, name.release);
	else
		found(finding, HEALTH_LIMITED, "use Linux 5.10 or later",
			"%s %s, older than the kernels that the rig is tested on", name.sysname,
			name.release);
}

static void check_io_uring(struct finding *finding)
{
	const char *why;
	struct ring *ring;
	int error = ring_create(&ring);

	if (error == 0) {
		ring_destroy(ring);
		if (machine_has_io_uring(&why))
			found(finding, HEALTH_OK, "", "works");
		else
			found(finding, HEALTH_MISSING, "use Linux 5.10 or later", "is too old");
		return;
	}
	found(finding, HEALTH_MISSING,
		error == -ENOSYS ? "use a kernel with CONFIG_IO_URING"
				 : "sysctl kernel.io_uring_disabled=0; in a container, allow "
				   "io_uring in its seccomp profile",
		"cannot be set up: %s", error_text(error));
}

static void check_fuse_device(struct finding *finding)
{
	AUTO(auto_close) int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		found(finding, HEALTH_OK, "", "can be opened");
	else
		found(finding, HEALTH_MISSING,
			errno == ENOENT ? "modprobe fuse; a container needs --device /dev/fuse"
					: "chmod 0666 /dev/fuse; a container needs --device "
					  "/dev/fuse",
			"cannot be opened: %s", error_text(-errno));
}

static void check_mount_permission(struct finding *finding)
{
	char path[512];
	struct stat status;

	if (may_mount_directly())
		found(finding, HEALTH_OK, "", "as root, without help");
	else if (!find_program("fusermount3", path, sizeof path))
		found(finding, HEALTH_MISSING, "apt-get install fuse3",
			"an ordinary user needs fusermount3");
	else if (stat(path, &status) < 0 || !(status.st_mode & S_ISUID) || status.st_uid != 0)
		found(finding, HEALTH_MISSING,
			"chown root, chmod u+s: apt-get install --reinstall "
			"fuse3",
			"'%s' is not setuid root", path);
	else if (geteuid() == 0)
		found(finding, HEALTH_MISSING, "a container needs --cap-add SYS_ADMIN",
			"root without CAP_SYS_ADMIN");
	else if (access("/etc/mtab", R_OK) < 0)
		found(finding, HEALTH_MISSING, "ln -s /proc/self/mounts /etc/mtab",
			"'%s' cannot unmount without '/etc/mtab'", path);
	else
		found(finding, HEALTH_OK, "", "through '%s'", path);
}

/* ---- what is useful ---- */

static void check_allow_other(struct finding *finding)
{
	if (geteuid() == 0)
		found(finding, HEALTH_OK, "", "root may always use -o allow_other");
	else if (find_line("/etc/fuse.conf", "user_allow_other", NULL, 0))
		found(finding, HEALTH_OK, "", "set in '/etc/fuse.conf'");
	else
		found(finding, HEALTH_LIMITED,
			"put a line 'user_allow_other' into '/etc/fuse.conf'",
			"'-o allow_other' and '-o allow_root' are refused");
}

static void check_fuse_uring(struct finding *finding)
{
	char value[16];

	if (!find_line("/sys/module/fuse/parameters/enable_uring", "", value, sizeof value))
		snprintf(value, sizeof value, "absent");
	found(finding, HEALTH_OK, "", "%s in this kernel; not used by this version",
		value[0] == 'Y' || value[0] == '1' ? "enabled" : "not enabled");
}

static void check_loop_devices(struct finding *finding)
{
	AUTO(auto_close) int fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		found(finding, HEALTH_OK, "", "can be made");
	else
		found(finding, HEALTH_LIMITED,
			errno == ENOENT ? "modprobe loop" : "be root (or of the group 'disk')",
			"a file system on a volume cannot be mounted: %s", error_text(-errno));
}

static void check_memory_cgroup(struct finding *finding)
{
	char path[PATH_MAX];

	if (cgroup_find_parent(path, sizeof path) < 0)
		found(finding, HEALTH_LIMITED,
			"boot with cgroup_enable=memory; mount a cgroup2 file system on "
			"'/sys/fs/cgroup'",
			"memory pressure can only be feigned ('snaprig gauge set'), not --real");
	else if (access(path, W_OK) < 0)
		found(finding, HEALTH_LIMITED, "be root; a container needs its cgroups writable",
			"memory pressure can only be feigned, not --real: no cgroup can be made "
			"in '%.200s'",
			path);
	else
		found(finding, HEALTH_OK, "", "real memory pressure works in '%.200s'", path);
}

static void check_work_folders(struct finding *finding)
{
	static const char attribute[] = "user.snaprig";
	const char *parent = temporary_parent();
	AUTO(auto_free) char *folder = NULL;
	int error = temporary_folder_make(parent, &folder);

	if (error < 0) {
		found(finding, HEALTH_MISSING, "set TMPDIR to use another place",
			"none can be made in '%.150s': %s", parent, error_text(error));
		return;
	}
	if (setxattr(folder, attribute, "", 0, 0) < 0 && errno == ENOTSUP)
		found(finding, HEALTH_LIMITED, "set TMPDIR to use another place",
			"some backups of files cannot be judged: no extended attributes in "
			"'%.150s'",
			parent);
	else
		found(finding, HEALTH_OK, "", "are made in '%.200s'", parent);
	rmdir(folder);
}

static void check_mke2fs(struct finding *finding)
{
	doctor_check_program(finding, "mke2fs", "e2fsprogs", "volumes with an ext4 file system");
}

static void check_fio(struct finding *finding)
{
	doctor_check_program(finding, "fio", "fio", "benchmarks");
}

void doctor_check_program(
	struct finding *finding, const char *program, const char *package, const char *purpose)
{
	char path[512], remedy[128];

	if (find_program(program, path, sizeof path)) {
		found(finding, HEALTH_OK, "", "'%s'", path);
		return;
	}
	snprintf(remedy, sizeof remedy, "apt-get install %s", package);
	found(finding, HEALTH_MISSING, remedy, "not in PATH; needed for %s", purpose);
}

static const struct doctor_check checks[] = {
	{ "kernel", true, check_kernel },
	{ "io_uring", true, check_io_uring },
	{ "/dev/fuse", true, check_fuse_device },
	{ "permission to mount", true, check_mount_permission },
	{ "user_allow_other", false, check_allow_other },
	{ "FUSE over io_uring", false, check_fuse_uring },
	{ "loop devices", false, check_loop_devices },
	{ "memory cgroup", false, check_memory_cgroup },
	{ "world of LVM", false, doctor_check_world },
	{ "work folders", false, check_work_folders },
	{ "mke2fs", false, check_mke2fs },
	{ "fio", false, check_fio },
};

const struct doctor_check *doctor_checks(size_t *ret_count)
{
	*ret_count = sizeof checks / sizeof checks[0];
	return checks;
}
