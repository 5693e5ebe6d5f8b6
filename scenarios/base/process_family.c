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

/* Who never holds still is said to be there after so many looks. */
#define LOOKS_MAX 50

/* Who forks faster than he is killed is left alone after so many rounds. */
#define KILL_ROUNDS_MAX 200
#define KILL_AGAIN_US	(2 * 1000)

#define NAMED_MAX	8 /* of those that are left */

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

		/* "0" is what strtol() makes of the names that are no pids. */
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

/* Our children, the dead among them; false: this kernel does not tell. */
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
 * Whether nobody of FAMILY is alive or to be reaped, its leader aside, who has ended.  Most leave
 * nobody, and our own children tell it at once: of those who live, one has no living parent in
 * the family, and so is ours.  The leader is looked at first: who dies later leaves us his.
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

/* Marks who belongs to FAMILY: first those who do of themselves, then those below them. */
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
 * Takes the dead out of LIST, and reaps those of whom we are the parent, but for the leader: how
 * many those were, and the last one.
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
 * The living members.  /proc is listed first and read then, one by one, and who forks and ends
 * between the two is in no list alive.  But whoever has no living parent in the family is ours,
 * and stays as a zombie until we reap it: so when a look meets neither a living one nor such a
 * zombie, nobody was alive when it began.  Of a family that never holds still so long, the last
 * of its dead stands for the living.
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

/* Whether all of GROUP, as far as LIST has it, are members. */
static bool is_group_of_family(const struct member_list *list, pid_t group)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].group == group && !list->items[i].belongs)
			return false;
	}
	return group > 1 && group != getpgrp();
}

/* A group is killed as one: nobody in it has forked meanwhile. */
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

	/* Those that were adopted; the others are their own parents' to reap. */
	if (!is_alone(family))
		members_find(family, &list);
	for (size_t i = 0; i < list.count; i++) {
		if (list.items[i].parent == getpid())
			waitpid(list.items[i].pid, NULL, WNOHANG);
	}
	free(family->before);
	*family = (struct process_family){ 0 };
}
