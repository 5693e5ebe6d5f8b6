/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/base/process_family.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/base/process_children.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

#define LOOK_AGAIN_US (20 * 1000)

/* After so many scans, a family that keeps changing is reported as alive. */
#define LOOKS_MAX 50

/* After so many rounds, a family that forks faster than it is killed is left alone. */
#define KILL_ROUNDS_MAX 200
#define KILL_AGAIN_US	(2 * 1000)

#define NAMED_MAX	8 /* of the members left */

struct member {
	pid_t pid, parent, group;
	char state;
	bool belongs;
	char name[64];
};

struct member_list {
	struct member *items;
	size_t count;
};

static void member_list_free(struct member_list *list)
{
	free(list->items);
}

/* Reads /proc/PID/NAME into TEXT (cut to fit); false when the process is gone. */
static bool proc_read(int pid, const char *name, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	if (!file)
		return false;
	text[fread(text, 1, size - 1, file)] = '\0';
	return true;
}

static bool member_read(int pid, struct member *ret)
{
	char stat[1024];

	if (!proc_read(pid, "stat", stat, sizeof stat))
		return false;

	/* The name is in brackets and may contain brackets itself. */
	char *begin = strchr(stat, '('), *end = strrchr(stat, ')');

	if (!begin || !end ||
		sscanf(end + 1, " %c %d %d", &ret->state, &ret->parent, &ret->group) != 3)
		return false;
	*end = '\0';
	ret->pid = pid;
	snprintf(ret->name, sizeof ret->name, "%s", begin + 1);
	return true;
}

static void processes_read(struct member_list *ret)
{
	AUTO(auto_closedir) DIR *folder = opendir("/proc");
	struct dirent *entry;

	*ret = (struct member_list){ 0 };
	while (folder && (entry = readdir(folder))) {
		struct member member = { 0 };
		int pid = (int)strtol(entry->d_name, NULL, 10);

		/* strtol() makes "0" of names that are not pids. */
		if (pid <= 0 || !member_read(pid, &member))
			continue;
		ret->items = heap_grow(ret->items, ret->count, sizeof member);
		ret->items[ret->count++] = member;
	}
}

static bool was_before(const struct process_family *family, pid_t pid)
{
	for (size_t i = 0; i < family->before_count; i++) {
		if (family->before[i] == pid)
			return true;
	}
	return false;
}

static bool parent_belongs(const struct member_list *list, pid_t parent)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].pid == parent)
			return list->items[i].belongs;
	}
	return false;
}

/* Our children, including dead ones; false if this kernel does not list them. */
static bool own_children(struct process_list *ret)
{
	*ret = (struct process_list){ 0 };
	return process_children_add(getpid(), SIZE_MAX, ret);
}

static bool is_dead(const struct member *member)
{
	return member->state == 'Z' || member->state == 'X';
}

/*
 * Returns whether FAMILY has no member, alive or a zombie, except its leader if that has ended.
 * Usually there is none, and our own children show it at once: if any member is alive, then one
 * of them has no living parent in the family, and so is our child.  The leader is checked first:
 * if it dies later, its children become ours.
 */
static bool is_alone(const struct process_family *family)
{
	struct member leader;
	bool has_ended = member_read(family->leader, &leader) && is_dead(&leader);
	struct process_list children;
	bool alone = own_children(&children);

	for (size_t i = 0; alone && i < children.count; i++) {
		pid_t pid = children.items[i];

		alone = was_before(family, pid) || (has_ended && pid == family->leader);
	}
	free(children.items);
	return alone;
}

/* Marks the members of FAMILY: first those known by parent or group, then their descendants. */
static void members_mark(const struct process_family *family, struct member_list *list)
{
	bool is_news = true;

	for (size_t i = 0; i < list->count; i++) {
		struct member *member = &list->items[i];
		bool is_ours = member->parent == getpid() && !was_before(family, member->pid);

		member->belongs = is_ours || member->group == family->leader;
	}
	while (is_news) {
		is_news = false;
		for (size_t i = 0; i < list->count; i++) {
			struct member *member = &list->items[i];

			if (member->belongs || !parent_belongs(list, member->parent))
				continue;
			member->belongs = true;
			is_news = true;
		}
	}
}

static void members_find(const struct process_family *family, struct member_list *ret)
{
	size_t count = 0;

	processes_read(ret);
	members_mark(family, ret);
	for (size_t i = 0; i < ret->count; i++) {
		if (ret->items[i].belongs)
			ret->items[count++] = ret->items[i];
	}
	ret->count = count;
}

/*
 * Removes the dead from LIST, and reaps those that are our children, except the leader.  Returns
 * how many were reaped, and the last of them.
 */
static size_t dead_drop(
	const struct process_family *family, struct member_list *list, struct member *ret_last)
{
	size_t living = 0, reaped = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct member *member = &list->items[i];

		if (!is_dead(member)) {
			list->items[living++] = *member;
		} else if (member->parent == getpid() && member->pid != family->leader) {
			*ret_last = *member;
			reaped++;
			waitpid(member->pid, NULL, WNOHANG);
		}
	}
	list->count = living;
	return reaped;
}

/*
 * Finds the living members.  /proc is first listed, then read entry by entry; a process that
 * forks and ends in between appears in no scan as alive.  But a member without a living parent
 * in the family is our child, and stays a zombie until we reap it.  So if a scan finds neither a
 * living member nor such a zombie, no member was alive when it began.  If a family keeps
 * changing for too long, the last dead member found stands for the living.
 */
static void living_find(const struct process_family *family, struct member_list *ret)
{
	struct member last = { 0 };

	*ret = (struct member_list){ 0 };
	if (is_alone(family))
		return;
	for (int look = 0; look < LOOKS_MAX; look++) {
		members_find(family, ret);

		size_t reaped = dead_drop(family, ret, &last);

		if (ret->count > 0 || reaped == 0)
			return;
		if (look + 1 < LOOKS_MAX)
			member_list_free(ret);
	}
	ret->items = heap_grow(ret->items, ret->count, sizeof last);
	ret->items[ret->count++] = last;
}

static char *member_describe(const struct member *member, bool with_wait)
{
	char wait[128];

	if (!with_wait || !proc_read(member->pid, "wchan", wait, sizeof wait) ||
		strcmp(wait, "0") == 0 || !*wait)
		return heap_format("%s (pid %d)", member->name, member->pid);
	return heap_format("%s (pid %d) in %s", member->name, member->pid, wait);
}

static char *family_describe(const struct process_family *family, bool with_waits)
{
	AUTO(member_list_free) struct member_list list;
	char *text = NULL;

	living_find(family, &list);
	for (size_t i = 0; i < list.count && i < NAMED_MAX; i++) {
		AUTO(auto_free) char *before = text;
		AUTO(auto_free) char *one = member_describe(&list.items[i], with_waits);

		text = heap_format("%s%s%s", before ? before : "", before ? ", " : "", one);
	}
	if (list.count > NAMED_MAX) {
		AUTO(auto_free) char *before = text;

		text = heap_format("%s and %zu more", before, list.count - NAMED_MAX);
	}
	return text;
}

void process_family_begin(struct process_family *family)
{
	AUTO(member_list_free) struct member_list list = { 0 };
	struct process_list children;

	*family = (struct process_family){ 0 };
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (own_children(&children)) {
		family->before = children.items;
		family->before_count = children.count;
		return;
	}
	free(children.items);
	processes_read(&list);
	for (size_t i = 0; i < list.count; i++) {
		if (list.items[i].parent != getpid())
			continue;
		family->before = heap_grow(
			family->before, family->before_count, sizeof *family->before);
		family->before[family->before_count++] = list.items[i].pid;
	}
}

char *process_family_left(const struct process_family *family, uint64_t grace_ns)
{
	uint64_t deadline_ns = clock_now_ns() + grace_ns;
	char *left = family_describe(family, false);

	while (left && clock_now_ns() < deadline_ns) {
		free(left);
		usleep(LOOK_AGAIN_US);
		left = family_describe(family, false);
	}
	return left;
}

char *process_family_waits(const struct process_family *family)
{
	return family_describe(family, true);
}

/* Returns whether all processes of GROUP that are in LIST are members. */
static bool is_group_of_family(const struct member_list *list, pid_t group)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].group == group && !list->items[i].belongs)
			return false;
	}
	return group > 1 && group != getpgrp();
}

/* Kills whole groups at once, so that no process in them can fork in between. */
static void groups_kill(const struct process_family *family)
{
	AUTO(member_list_free) struct member_list list;

	processes_read(&list);
	members_mark(family, &list);
	for (size_t i = 0; i < list.count; i++) {
		if (list.items[i].belongs && is_group_of_family(&list, list.items[i].group))
			kill(-list.items[i].group, SIGKILL);
	}
}

void process_family_kill(const struct process_family *family)
{
	size_t living = 1;

	kill(-family->leader, SIGKILL);
	for (int round = 0; round < KILL_ROUNDS_MAX && living > 0 && !is_alone(family); round++) {
		AUTO(member_list_free) struct member_list list;

		groups_kill(family);
		living_find(family, &list);
		living = list.count;
		for (size_t i = 0; i < list.count; i++)
			kill(list.items[i].pid, SIGKILL);
		if (living > 0)
			usleep(KILL_AGAIN_US);
	}
}

void process_family_end(struct process_family *family)
{
	AUTO(member_list_free) struct member_list list = { 0 };

	/* Reaps the members that we adopted; the others are reaped by their own parents. */
	if (!is_alone(family))
		members_find(family, &list);
	for (size_t i = 0; i < list.count; i++) {
		if (list.items[i].parent == getpid())
			waitpid(list.items[i].pid, NULL, WNOHANG);
	}
	free(family->before);
	*family = (struct process_family){ 0 };
}
