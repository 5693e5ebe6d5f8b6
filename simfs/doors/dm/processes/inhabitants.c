/* SPDX-License-Identifier: Apache-2.0 */
/* inhabitants.c - see inhabitants.h. */
#include "simfs/doors/dm/processes/inhabitants.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/world/world.h"

#define NAMESPACE_BYTES 64

#define KNOWN_MAX	256

/* NS_GET_MNTNS_ID, missing in older headers. */
#define GET_NAMESPACE_ID _IOR(0xb7, 5, uint64_t)

/* The mount namespaces met on one walk. */
struct seen {
	struct {
		char name[NAMESPACE_BYTES]; /* "mnt:[4026531841]" */
		bool ours;
	} * list;
	size_t count;
};

static void auto_seen(struct seen *seen)
{
	free(seen->list);
}

static FILE *open_mounts(pid_t pid)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)pid);
	return fopen(path, "re");
}

static const char *skip_words(const char *line, int count)
{
	for (; line && count > 0; count--) {
		line = strchr(line, ' ');
		if (line)
			line++;
	}
	return line;
}

/*
 * Whether LINE of mountinfo is for DEVICE, its third word, and is not the supervisor's mount of it.
 */
static bool line_is_of(const char *line, const char *device)
{
	const char *at = skip_words(line, 2), *point = skip_words(line, 4);
	size_t length = strlen(device);
	return at && point && strncmp(at, device, length) == 0 && at[length] == ' ' &&
	       strncmp(point, WORLD_FOLDER "/", strlen(WORLD_FOLDER "/")) != 0;
}

/* Reads "mnt:[4026531841]".  Takes a descriptor of /proc, as this runs for every process. */
static bool read_namespace(int proc_fd, pid_t pid, char name[NAMESPACE_BYTES])
{
	char path[64];
	snprintf(path, sizeof(path), "%d/ns/mnt", (int)pid);
	ssize_t length = readlinkat(proc_fd, path, name, NAMESPACE_BYTES - 1);
	if (length <= 0)
		return false;
	name[length] = '\0';
	return true;
}

static bool has_dev(pid_t pid, uint64_t dev_device)
{
	AUTO(auto_fclose) FILE *mounts = open_mounts(pid);
	if (!mounts)
		return false;

	char device[MOUNT_DEVICE_BYTES];
	snprintf(device, sizeof(device), "%u:%u", major(dev_device), minor(dev_device));
	AUTO(auto_free) char *line = NULL;
	size_t size = 0;
	while (getline(&line, &size, mounts) > 0)
		if (line_is_of(line, device))
			return true;
	return false;
}

/*
 * A cache of results, by a namespace number that is never reused (Linux 6.11): on a machine with
 * many namespaces, their mounts are not read each time.
 */
struct known {
	uint64_t namespace_id, dev_device;
	bool ours;
};

static struct {
	pthread_mutex_t lock;
	struct known list[KNOWN_MAX];
	unsigned next;
} known = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* 0 if it is unknown. */
static uint64_t namespace_id(pid_t pid)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t id = 0;
	return fd >= 0 && ioctl(fd, GET_NAMESPACE_ID, &id) == 0 ? id : 0;
}

static bool is_known(uint64_t id, uint64_t dev_device, bool *ret)
{
	bool found = false;
	pthread_mutex_lock(&known.lock);
	for (unsigned i = 0; i < KNOWN_MAX && id && !found; i++) {
		found = known.list[i].namespace_id == id && known.list[i].dev_device == dev_device;
		if (found)
			*ret = known.list[i].ours;
	}
	pthread_mutex_unlock(&known.lock);
	return found;
}

static bool namespace_has_dev(pid_t pid, uint64_t dev_device)
{
	uint64_t id = namespace_id(pid);
	bool ours;
	if (is_known(id, dev_device, &ours))
		return ours;
	ours = has_dev(pid, dev_device);
	/* If the namespace is gone already, it has shown no mounts. */
	if (!id || id != namespace_id(pid))
		return ours;
	pthread_mutex_lock(&known.lock);
	known.list[known.next++ % KNOWN_MAX] = (struct known){ id, dev_device, ours };
	pthread_mutex_unlock(&known.lock);
	return ours;
}

/*
 * Returns 1 if PID lives in the world; 0 if it does not, or is gone; or -ENOMEM.  *RET_NEW: it is
 * the first of its namespace.
 */
static int lives_here(struct seen *seen, int proc_fd, pid_t pid, uint64_t dev_device, bool *ret_new)
{
	char name[NAMESPACE_BYTES];
	if (!read_namespace(proc_fd, pid, name))
		return 0;

	*ret_new = false;
	for (size_t i = 0; i < seen->count; i++)
		if (strcmp(seen->list[i].name, name) == 0)
			return seen->list[i].ours;

	void *longer = realloc(seen->list, (seen->count + 1) * sizeof(*seen->list));
	if (!longer)
		return -ENOMEM;
	seen->list = longer;
	*ret_new = true;
	memcpy(seen->list[seen->count].name, name, sizeof(name));
	/* The first one is the caller's own, which has the world's /dev, too. */
	bool ours = seen->count > 0 && namespace_has_dev(pid, dev_device);
	seen->list[seen->count++].ours = ours;
	return ours;
}

/* VISIT returns 1 to continue, 0 to end, or -errno; NEW: the first process of its namespace. */
static int walk(
	uint64_t dev_device, int (*visit)(pid_t pid, bool new, void *context), void *context)
{
	AUTO(auto_seen) struct seen seen = { 0 };
	AUTO(auto_closedir) DIR *proc = opendir("/proc");
	if (!proc)
		return -errno;

	bool new;
	pid_t self = getpid();
	int result = lives_here(&seen, dirfd(proc), self, dev_device, &new);
	if (result < 0)
		return result;
	result = 1;
	struct dirent *entry;
	while (result > 0 && (entry = readdir(proc))) {
		pid_t pid = isdigit((unsigned char)*entry->d_name)
				    ? (pid_t)strtol(entry->d_name, NULL, 10)
				    : 0;
		if (!pid)
			continue;
		int here = lives_here(&seen, dirfd(proc), pid, dev_device, &new);
		if (here < 0)
			return here;
		if (here)
			result = visit(pid, new, context);
	}
	return result < 0 ? result : 0;
}

struct process_walk {
	inhabitant_visit *visit;
	void *context;
};

static int visit_process(pid_t pid, bool new, void *context)
{
	(void)new;
	struct process_walk *walk_ = context;
	return walk_->visit(pid, walk_->context);
}

int inhabitants_walk(uint64_t dev_device, inhabitant_visit *visit, void *context)
{
	struct process_walk walk_ = { visit, context };
	return walk(dev_device, visit_process, &walk_);
}

struct mount_walk {
	inhabitant_mount_visit *visit;
	void *context;
};

/* Returns 1 to continue, 0 if VISIT has ended the walk, or -errno. */
static int walk_mounts(pid_t pid, inhabitant_mount_visit *visit, void *context)
{
	AUTO(auto_fclose) FILE *mounts = open_mounts(pid);
	if (!mounts)
		return 1; /* it is gone */

	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	AUTO(auto_free) char *line = NULL;
	size_t size = 0;
	while (getline(&line, &size, mounts) > 0)
		if (mount_entry_parse(line, entry) && !visit(pid, entry, context))
			return 0;
	return 1;
}

int inhabitant_walk_mounts(pid_t pid, inhabitant_mount_visit *visit, void *context)
{
	int result = walk_mounts(pid, visit, context);
	return result < 0 ? result : 0;
}

static int visit_mounts(pid_t pid, bool new, void *context)
{
	struct mount_walk *walk_ = context;
	return new ? walk_mounts(pid, walk_->visit, walk_->context) : 1;
}

int inhabitants_walk_mounts(uint64_t dev_device, inhabitant_mount_visit *visit, void *context)
{
	struct mount_walk walk_ = { visit, context };
	return walk(dev_device, visit_mounts, &walk_);
}
