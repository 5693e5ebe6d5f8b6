/* SPDX-License-Identifier: Apache-2.0 */
/* What the journal of commands writes of processes that came to the door: shells that wait. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/commands/journal.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

#define FILE_NAME   "commands.jsonl"
#define SECONDS_MAX 20 /* of who waits for himself */

static struct command_journal *journal;

/* How often the state was asked for, and of whom; with nothing to be told it is NULL. */
static struct {
	atomic_int asked;
	bool is_silent;
	bool calls_back; /* whoever is asked asks the journal something, as a world's state may */
} states;

static json_t *state(void *context, pid_t pid)
{
	ck_assert_ptr_eq(context, &states);
	int asked = atomic_fetch_add(&states.asked, 1) + 1;

	if (states.calls_back)
		command_journal_asked(journal, getpid(), "version", "", 0);
	return states.is_silent ? NULL : json_pack("{s:i, s:i}", "of", (int)pid, "asked", asked);
}

static void begin(void)
{
	ck_assert_int_eq(commands_begin(FILE_NAME, state, &states, &journal), 0);
	command_journal_watch(journal);
}

static void end(void)
{
	commands_close(journal);
	journal = NULL;
}

static void setup(void)
{
	run_folder_setup();
	memset(&states, 0, sizeof(states));
}

/* ---- commands ---- */

struct shell {
	pid_t pid;
	int go_fd;
};

/* A shell that waits, and ends with CODE when it may. */
static struct shell shell_begin(const char *code)
{
	int input[2];

	ck_assert_int_eq(pipe2(input, O_CLOEXEC), 0);
	struct shell shell = { .pid = fork(), .go_fd = input[1] };

	ck_assert_int_ge(shell.pid, 0);
	if (shell.pid == 0) {
		dup2(input[0], STDIN_FILENO);
		execl("/bin/sh", "sh", "-c", "read go; exit $0", code, NULL);
		_exit(127);
	}
	close(input[0]);

	/* It is the shell by the time that somebody asks who it is. */
	char path[64], name[8] = "";

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)shell.pid);
	while (strcmp(name, "sh") != 0) {
		AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);

		ck_assert_int_ge(fd, 0);
		ck_assert_int_ge(read(fd, name, 3), 0);
	}
	return shell;
}

/* It ends, and is reaped: who comes later does not find it. */
static void shell_end(struct shell *shell)
{
	close(shell->go_fd);
	ck_assert_int_eq(waitpid(shell->pid, NULL, 0), shell->pid);
}

/* ---- lines ---- */

/* The lines of the journal, as an array; nothing is left to be written when WANTED are there. */
static json_t *lines(size_t wanted)
{
	json_t *found = NULL;

	for (int tries = 0; tries < 2000; tries++) {
		FILE *file = fopen(FILE_NAME, "re");
		json_t *line;

		ck_assert_ptr_nonnull(file);
		json_decref(found);
		found = json_array();
		while ((line = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL)))
			json_array_append_new(found, line);
		fclose(file);
		if (json_array_size(found) >= wanted)
			break;
		usleep(5000);
	}
	ck_assert_uint_eq(json_array_size(found), wanted);
	return found;
}

/* KEYS of LINE, as compact text. */
static const char *told(const json_t *list, size_t at, const char *const *keys)
{
	static char text[2048];
	json_t *object = json_object();

	for (; *keys; keys++)
		json_object_set(object, *keys, json_object_get(json_array_get(list, at), *keys));
	AUTO(auto_free) char *all = json_dumps(object, JSON_COMPACT);

	snprintf(text, sizeof(text), "%s", all);
	json_decref(object);
	return text;
}

#define TOLD(list, at, ...) told(list, at, (const char *const[]){ __VA_ARGS__, NULL })

/* ---- tests ---- */

START_TEST(a_command_is_a_line_when_it_has_ended)
{
	begin();
	struct shell shell = shell_begin("3");

	command_journal_came(journal, shell.pid);
	command_journal_came(journal, shell.pid);
	command_journal_asked(journal, shell.pid, "version", "", 0);
	command_journal_asked(journal, shell.pid, "remove", "d", 0);
	json_decref(lines(0));
	shell_end(&shell);

	json_t *found = lines(1);

	ck_assert_str_eq(TOLD(found, 0, "schema_version", "command", "argv", "ioctls", "failed"),
		"{\"schema_version\":1,\"command\":1,\"argv\":[\"sh\",\"-c\","
		"\"read go; exit $0\",\"3\"],\"ioctls\":2,\"failed\":[]}");
	char wanted[128];

	snprintf(wanted, sizeof(wanted),
		"{\"pid\":%d,\"parent\":%d,\"before\":{\"of\":%d,\"asked\":1},"
		"\"after\":{\"of\":0,\"asked\":2}}",
		(int)shell.pid, (int)getpid(), (int)shell.pid);
	ck_assert_str_eq(TOLD(found, 0, "pid", "parent", "before", "after"), wanted);
	json_decref(found);
	end();
}
END_TEST

START_TEST(failures_are_counted_by_what_failed)
{
	begin();
	struct shell shell = shell_begin("0");

	command_journal_came(journal, shell.pid);
	command_journal_asked(journal, shell.pid, "remove", "d", -EBUSY);
	command_journal_asked(journal, shell.pid, "remove", "d", -EBUSY);
	command_journal_asked(journal, shell.pid, "remove", "e", -EBUSY);
	command_journal_asked(journal, shell.pid, "remove", "e", -ENXIO);
	command_journal_asked(journal, shell.pid, "rename", "e", -ENXIO);
	shell_end(&shell);

	json_t *found = lines(1), *failed = json_object_get(json_array_get(found, 0), "failed");

	ck_assert_uint_eq(json_array_size(failed), 4);
	ck_assert_str_eq(TOLD(failed, 0, "ioctl", "device", "error", "times"),
		"{\"ioctl\":\"remove\",\"device\":\"d\",\"error\":\"EBUSY\",\"times\":2}");
	ck_assert_str_eq(TOLD(failed, 1, "device", "error", "times"),
		"{\"device\":\"e\",\"error\":\"EBUSY\",\"times\":1}");
	ck_assert_str_eq(
		TOLD(failed, 2, "ioctl", "error"), "{\"ioctl\":\"remove\",\"error\":\"ENXIO\"}");
	ck_assert_str_eq(
		TOLD(failed, 3, "ioctl", "error"), "{\"ioctl\":\"rename\",\"error\":\"ENXIO\"}");
	ck_assert_str_eq(TOLD(found, 0, "ioctls"), "{\"ioctls\":5}");
	json_decref(found);
	end();
}
END_TEST

START_TEST(commands_have_the_numbers_of_their_coming_and_the_lines_of_their_end)
{
	begin();
	struct shell first = shell_begin("0"), second = shell_begin("0");

	command_journal_came(journal, first.pid);
	command_journal_came(journal, second.pid);
	command_journal_asked(journal, second.pid, "remove", "d", -EBUSY);
	shell_end(&second);
	json_decref(lines(1));
	shell_end(&first);

	json_t *found = lines(2);

	ck_assert_str_eq(TOLD(found, 0, "command", "ioctls"), "{\"command\":2,\"ioctls\":1}");
	ck_assert_str_eq(TOLD(found, 1, "command", "ioctls"), "{\"command\":1,\"ioctls\":0}");
	json_decref(found);
	end();
}
END_TEST

START_TEST(who_comes_before_it_is_watched_is_no_command)
{
	ck_assert_int_eq(commands_begin(FILE_NAME, state, &states, &journal), 0);
	struct shell shell = shell_begin("0");

	command_journal_came(journal, shell.pid);
	command_journal_asked(journal, shell.pid, "remove", "d", -EBUSY);
	command_journal_exits(journal, shell.pid, 1);
	shell_end(&shell);
	end();
	json_decref(lines(0));
	ck_assert_int_eq(atomic_load(&states.asked), 0);
}
END_TEST

START_TEST(an_exit_is_told_before_it_happens_and_the_first_one_counts)
{
	begin();
	struct shell shell = shell_begin("0"), other = shell_begin("0");

	command_journal_came(journal, shell.pid);
	command_journal_exits(journal, other.pid, 2);
	command_journal_exits(journal, shell.pid, 0x107);
	command_journal_exits(journal, shell.pid, 9);
	/* How it really ended cannot be told, as it has not. */
	end();

	json_t *found = lines(1);

	ck_assert_str_eq(TOLD(found, 0, "exit", "signal"), "{\"exit\":7,\"signal\":null}");
	ck_assert_int_eq(json_integer_value(json_object_get(
				 json_object_get(json_array_get(found, 0), "after"), "of")),
		shell.pid);
	json_decref(found);
	shell_end(&shell);
	shell_end(&other);
}
END_TEST

START_TEST(who_is_killed_has_a_signal_and_who_lives_on_has_neither)
{
	begin();
	struct shell killed = shell_begin("0"), alive = shell_begin("0");

	states.is_silent = true;
	command_journal_came(journal, killed.pid);
	command_journal_came(journal, alive.pid);
	kill(killed.pid, SIGKILL);
	/* It is told how it ended as long as nobody has asked for that. */
	json_decref(lines(1));
	shell_end(&killed);
	end();

	json_t *found = lines(2);

	ck_assert_str_eq(TOLD(found, 0, "command", "exit", "signal"),
		"{\"command\":1,\"exit\":null,\"signal\":9}");
	ck_assert_str_eq(TOLD(found, 1, "command", "exit", "signal", "before", "after"),
		"{\"command\":2,\"exit\":null,\"signal\":null,\"before\":null,\"after\":null}");
	json_decref(found);
	shell_end(&alive);
}
END_TEST

static void *tell_who_i_am(void *fd)
{
	pid_t self = gettid();

	ck_assert_int_eq(write(*(int *)fd, &self, sizeof(self)), sizeof(self));
	for (;;)
		pause();
	return NULL;
}

START_TEST(a_thread_is_its_process)
{
	int ready[2];
	pid_t thread;

	/* Made before there are threads here: then it may have its own under any sanitizer. */
	ck_assert_int_eq(pipe(ready), 0);
	pid_t child = fork();

	if (child == 0) {
		pthread_t other;

		pthread_create(&other, NULL, tell_who_i_am, &ready[1]);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(ready[0], &thread, sizeof(thread)), sizeof(thread));
	ck_assert_int_ne(thread, child);
	begin();
	command_journal_came(journal, thread);
	command_journal_came(journal, child);
	command_journal_asked(journal, thread, "remove", "d", -EBUSY);
	command_journal_asked(journal, child, "remove", "d", -EBUSY);
	command_journal_exits(journal, thread, 5);
	end();
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);

	json_t *found = lines(1);
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "{\"pid\":%d,\"ioctls\":2,\"exit\":5}", (int)child);
	ck_assert_str_eq(TOLD(found, 0, "pid", "ioctls", "exit"), wanted);
	json_decref(found);
}
END_TEST

START_TEST(a_state_may_ask_the_journal)
{
	states.calls_back = true;
	begin();
	struct shell shell = shell_begin("0"), other = shell_begin("0");

	command_journal_came(journal, shell.pid);
	command_journal_came(journal, other.pid);
	command_journal_exits(journal, other.pid, 0);
	shell_end(&shell);
	json_decref(lines(1));
	end();
	json_decref(lines(2));
	shell_end(&other);
}
END_TEST

START_TEST(the_next_world_writes_behind_the_last_one)
{
	for (int i = 0; i < 2; i++) {
		begin();
		struct shell shell = shell_begin("0");

		command_journal_came(journal, shell.pid);
		shell_end(&shell);
		end();
	}
	json_t *found = lines(2);
	struct stat facts;

	ck_assert_str_eq(TOLD(found, 1, "command"), "{\"command\":1}");
	ck_assert_int_eq(stat(FILE_NAME, &facts), 0);
	ck_assert_uint_eq(facts.st_mode & 0777, 0600);
	ck_assert_int_eq(symlink(FILE_NAME, "link"), 0);
	ck_assert_int_eq(commands_begin("link", state, &states, &journal), -ELOOP);
	json_decref(found);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm_command_journal");
	TCase *tests = tcase_create("journal");

	(void)argc;
	tcase_add_checked_fixture(tests, setup, run_folder_teardown);
	tcase_set_timeout(tests, SECONDS_MAX);
	tcase_add_test(tests, a_command_is_a_line_when_it_has_ended);
	tcase_add_test(tests, failures_are_counted_by_what_failed);
	tcase_add_test(tests, commands_have_the_numbers_of_their_coming_and_the_lines_of_their_end);
	tcase_add_test(tests, who_comes_before_it_is_watched_is_no_command);
	tcase_add_test(tests, an_exit_is_told_before_it_happens_and_the_first_one_counts);
	tcase_add_test(tests, who_is_killed_has_a_signal_and_who_lives_on_has_neither);
	tcase_add_test(tests, a_thread_is_its_process);
	tcase_add_test(tests, a_state_may_ask_the_journal);
	tcase_add_test(tests, the_next_world_writes_behind_the_last_one);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
