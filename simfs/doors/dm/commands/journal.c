/* SPDX-License-Identifier: Apache-2.0 */
/* journal.c - see journal.h. */
#include "simfs/doors/dm/commands/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/list.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/commands/world_number.h"
#include "simfs/doors/dm/processes/process_facts.h"

#define CODE_UNKNOWN (-1)

struct command {
	struct list link;
	unsigned number;
	pid_t pid, parent;
	int pidfd;
	int code; /* passed to exit_group(), or CODE_UNKNOWN */
	uint64_t begun_ns, ended_ns;
	unsigned ioctls;
	json_t *argv, *failed, *before, *after;
};

struct command_journal {
	pthread_mutex_t lock;
	struct list list; /* commands that have not ended */
	unsigned count;
	int file;
	int poll_fd, end_fd;
	pthread_t thread;
	uint64_t begun_ns;
	json_int_t world;
	command_journal_state *state;
	atomic_bool watches;
	void *context;
};

/* ---- one command ---- */

static void command_destroy(struct command *command)
{
	if (!command)
		return;
	if (command->pidfd >= 0)
		close(command->pidfd);
	json_decref(command->argv);
	json_decref(command->failed);
	json_decref(command->before);
	json_decref(command->after);
	free(command);
}

static json_t *seconds(uint64_t ns)
{
	uint64_t microseconds = ns / 1000;

	return json_real((double)microseconds / 1e6);
}

static json_t *or_null(json_t *value)
{
	return value ? json_incref(value) : json_null();
}

/* The command's line; how it ended comes from STATUS, as of wait(), or from its exit_group(). */
static json_t *command_line_of(
	const struct command_journal *journal, const struct command *command, int status)
{
	json_t *exit_code = json_null(), *signal_number = json_null();
	if (status >= 0 && WIFSIGNALED(status))
		signal_number = json_integer(WTERMSIG(status));
	else if (status >= 0 && WIFEXITED(status))
		exit_code = json_integer(WEXITSTATUS(status));
	else if (command->code != CODE_UNKNOWN)
		exit_code = json_integer(command->code);

	return json_pack("{s:i, s:I, s:i, s:i, s:i, s:O, s:o, s:o, s:o, s:o, s:i, s:O, s:o, s:o}",
		"schema_version", COMMANDS_SCHEMA_VERSION, "world", journal->world, "command",
		(int)command->number, "pid", (int)command->pid, "parent", (int)command->parent,
		"argv", command->argv, "begun", seconds(command->begun_ns - journal->begun_ns),
		"seconds", seconds(command->ended_ns - command->begun_ns), "exit", exit_code,
		"signal", signal_number, "ioctls", (int)command->ioctls, "failed", command->failed,
		"before", or_null(command->before), "after", or_null(command->after));
}

static void write_line(const struct command_journal *journal, json_t *line)
{
	AUTO(auto_free) char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	json_decref(line);
	size_t length = text ? strlen(text) : 0;
	if (!text)
		return;
	text[length] = '\n'; /* in one write, so that no two lines mix */
	if (write(journal->file, text, length + 1) < 0)
		log_error_code(-errno, "cannot write the journal of commands");
}

/* The command has ended, or the world has.  Under the lock, except while the state is taken. */
static void command_finish(struct command_journal *journal, struct command *command, int status)
{
	list_remove(&command->link);
	if (!command->ended_ns)
		command->ended_ns = clock_now_ns();
	if (!command->after) {
		pthread_mutex_unlock(&journal->lock);
		command->after = journal->state(journal->context, 0);
		pthread_mutex_lock(&journal->lock);
	}
	write_line(journal, command_line_of(journal, command, status));
	command_destroy(command);
}

/* ---- commands that have not ended ---- */

static struct command *find(struct command_journal *journal, pid_t pid)
{
	list_for_each (at, &journal->list) {
		struct command *command = CONTAINER_OF(at, struct command, link);
		if (command->pid == pid)
			return command;
	}
	return NULL;
}

static struct command *command_create(struct command_journal *journal, pid_t pid, pid_t parent)
{
	struct command *command = calloc(1, sizeof(*command));
	if (!command)
		return NULL;
	*command = (struct command){
		.pid = pid,
		.parent = parent,
		.pidfd = (int)syscall(SYS_pidfd_open, pid, 0),
		.code = CODE_UNKNOWN,
		.begun_ns = clock_now_ns(),
		.argv = process_argv(pid),
		.failed = json_array(),
		.before = journal->state(journal->context, pid),
	};
	if (command->pidfd < 0 || !command->argv || !command->failed) {
		command_destroy(command);
		return NULL;
	}
	return command;
}

void command_journal_watch(struct command_journal *journal)
{
	atomic_store(&journal->watches, true);
}

void command_journal_came(struct command_journal *journal, pid_t thread)
{
	if (!atomic_load(&journal->watches))
		return;
	pid_t parent, pid = process_of_thread(thread, &parent);
	pthread_mutex_lock(&journal->lock);
	bool known = find(journal, pid);
	pthread_mutex_unlock(&journal->lock);
	if (!pid || known)
		return;

	struct command *command = command_create(journal, pid, parent);
	if (!command)
		return;
	struct epoll_event event = { .events = EPOLLIN, .data.fd = pid };
	pthread_mutex_lock(&journal->lock);
	if (find(journal, pid) ||
		epoll_ctl(journal->poll_fd, EPOLL_CTL_ADD, command->pidfd, &event)) {
		command_destroy(command);
	} else {
		command->number = ++journal->count;
		list_append(&journal->list, &command->link);
	}
	pthread_mutex_unlock(&journal->lock);
}

/* Counts one more failure of that kind; no other thread has the command. */
static void note_failure(
	struct command *command, const char *ioctl, const char *device, const char *error)
{
	json_t *known;
	size_t at;
	json_array_foreach(command->failed, at, known)
	{
		const char *its_ioctl, *its_device, *its_error;
		json_int_t times;
		if (json_unpack(known, "{s:s, s:s, s:s, s:I}", "ioctl", &its_ioctl, "device",
			    &its_device, "error", &its_error, "times", &times) == 0 &&
			strcmp(its_ioctl, ioctl) == 0 && strcmp(its_device, device) == 0 &&
			strcmp(its_error, error) == 0) {
			json_object_set_new(known, "times", json_integer(times + 1));
			return;
		}
	}
	json_array_append_new(
		command->failed, json_pack("{s:s, s:s, s:s, s:i}", "ioctl", ioctl, "device", device,
					 "error", error, "times", 1));
}

void command_journal_asked(struct command_journal *journal, pid_t thread, const char *ioctl,
	const char *device, int error)
{
	pthread_mutex_lock(&journal->lock);
	/* Most processes have one thread; only for others is the thread's process looked up. */
	struct command *command = find(journal, thread);
	if (!command) {
		pthread_mutex_unlock(&journal->lock);
		pid_t parent, pid = process_of_thread(thread, &parent);
		pthread_mutex_lock(&journal->lock);
		command = find(journal, pid);
	}
	if (command)
		command->ioctls++;
	if (command && error)
		note_failure(command, ioctl, device, error_name(error));
	pthread_mutex_unlock(&journal->lock);
}

void command_journal_exits(struct command_journal *journal, pid_t thread, int code)
{
	/* Most processes that exit are no commands: they must not pay for this. */
	pthread_mutex_lock(&journal->lock);
	bool any = !list_empty(&journal->list);
	pthread_mutex_unlock(&journal->lock);
	if (!any)
		return;

	pid_t parent, pid = process_of_thread(thread, &parent);
	pthread_mutex_lock(&journal->lock);
	bool known = find(journal, pid);
	pthread_mutex_unlock(&journal->lock);
	if (!known)
		return;

	json_t *after = journal->state(journal->context, pid);
	pthread_mutex_lock(&journal->lock);
	struct command *command = find(journal, pid);
	if (command && !command->ended_ns) {
		command->ended_ns = clock_now_ns();
		command->code = code & 0xff;
		command->after = json_incref(after);
	}
	/* Its reference count is only touched under the lock. */
	json_decref(after);
	pthread_mutex_unlock(&journal->lock);
}

/* ---- the thread that waits for commands to end ---- */

static void *wait_for_ends(void *context)
{
	struct command_journal *journal = context;
	for (;;) {
		struct epoll_event event;
		int count = epoll_wait(journal->poll_fd, &event, 1, -1);
		if (count < 1)
			continue;
		if (event.data.fd == 0)
			return NULL;
		pthread_mutex_lock(&journal->lock);
		struct command *command = find(journal, event.data.fd);
		if (command)
			command_finish(journal, command,
				process_wait_status(command->pidfd, command->pid));
		pthread_mutex_unlock(&journal->lock);
	}
}

static void auto_journal(struct command_journal **at)
{
	struct command_journal *journal = *at;
	if (!journal)
		return;
	if (journal->file >= 0)
		close(journal->file);
	if (journal->poll_fd >= 0)
		close(journal->poll_fd);
	if (journal->end_fd >= 0)
		close(journal->end_fd);
	pthread_mutex_destroy(&journal->lock);
	free(journal);
}

int commands_begin(
	const char *path, command_journal_state *state, void *context, struct command_journal **ret)
{
	AUTO(auto_journal) struct command_journal *journal = calloc(1, sizeof(*journal));
	if (!journal)
		return -ENOMEM;
	pthread_mutex_init(&journal->lock, NULL);
	list_init(&journal->list);
	journal->state = state;
	journal->context = context;
	journal->begun_ns = clock_now_ns();
	journal->end_fd = eventfd(0, EFD_CLOEXEC);
	journal->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	journal->file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (journal->end_fd < 0 || journal->poll_fd < 0 || journal->file < 0)
		return -errno;

	int error = world_number_take(journal->file, &journal->world);
	if (error)
		return error;

	struct epoll_event event = { .events = EPOLLIN, .data.fd = 0 };
	if (epoll_ctl(journal->poll_fd, EPOLL_CTL_ADD, journal->end_fd, &event))
		return -errno;
	error = pthread_create(&journal->thread, NULL, wait_for_ends, journal);
	if (error)
		return -error;
	*ret = TAKE_PTR(journal);
	return 0;
}

void commands_close(struct command_journal *journal)
{
	if (!journal)
		return;
	eventfd_write(journal->end_fd, 1);
	pthread_join(journal->thread, NULL);
	pthread_mutex_lock(&journal->lock);
	while (!list_empty(&journal->list)) {
		struct command *command = CONTAINER_OF(journal->list.next, struct command, link);
		int status = process_wait_status(command->pidfd, command->pid);
		command_finish(journal, command, status);
	}
	pthread_mutex_unlock(&journal->lock);
	auto_journal(&journal);
}
