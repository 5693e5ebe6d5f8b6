/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rows of the table ask a rig, and what they print of its answer.  The rig is
 * played: it says what it is told to say, whatever it hears.
 */
#include "simfs/cli/ask.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/exit_code.h"
#include "simfs/cli/command_table.h"
#include "simfs/control/protocol.h"
#include "tests/lib/engine_suite.h"

/* ROOT/mount looks like a mounted volume. */
static char root[64];
static int listen_fd;

static char *in_root(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", root, name);
	return path;
}

static void set_up(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(root, sizeof root, "/tmp/snaprig-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_eq(mkdir(in_root("mount"), 0700), 0);
	ck_assert_int_eq(mkdir(in_root("mount/" MOUNT_RIG), 0700), 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", root);
	ck_assert_int_eq(symlink(address.sun_path, in_root("mount/" MOUNT_CONTROL)), 0);
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listen_fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(listen_fd, 1), 0);
}

static void tear_down(void)
{
	char command[128];

	close(listen_fd);
	snprintf(command, sizeof command, "rm -r '%s'", root);
	ck_assert_int_eq(system(command), 0);
}

static char *text_of(const char *name)
{
	static char text[2][4096];
	static unsigned turn;
	FILE *file = fopen(in_root(name), "r");
	char *read = text[turn++ % 2];

	read[file ? fread(read, 1, sizeof text[0] - 1, file) : 0] = '\0';
	if (file)
		fclose(file);
	return read;
}

/* Hears one line, keeps it in the file "heard", and says ANSWER.  In a process of its own. */
static void play_rig(const char *answer)
{
	int fd = accept(listen_fd, NULL, NULL);
	FILE *peer = fdopen(fd, "r+");
	FILE *heard = fopen(in_root("heard"), "w");
	char line[1024] = "";

	if (!peer || !heard || !fgets(line, sizeof line, peer))
		_exit(1);
	fputs(line, heard);
	fclose(heard);
	fseek(peer, 0, SEEK_CUR);
	fprintf(peer, "{\"id\":1,%s}\n", answer);
	fflush(peer);
	_exit(fgets(line, sizeof line, peer) != NULL);
}

/* Runs "snaprig TYPED", in which @ stands for the mount point, and ~ for a blank, with stdout in
 * the file "out". */
static int run(const char *typed)
{
	char copy[256], mount_point[128], name[] = "snaprig", *argv[16] = { name }, *rest = copy;
	int argc = 1, out = open(in_root("out"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int old, exit_code;

	snprintf(mount_point, sizeof mount_point, "%s/mount", root);
	snprintf(copy, sizeof copy, "%s", typed);
	for (char *word; (word = strsep(&rest, " "));) {
		for (char *at = word; (at = strchr(at, '~'));)
			*at = ' ';
		argv[argc++] = strcmp(word, "@") == 0 ? mount_point : word;
	}
	fflush(stdout);
	old = dup(STDOUT_FILENO);
	ck_assert_int_ge(dup2(out, STDOUT_FILENO), 0);
	exit_code = command_table_run(argc, argv);
	fflush(stdout);
	ck_assert_int_ge(dup2(old, STDOUT_FILENO), 0);
	close(old);
	close(out);
	return exit_code;
}

#define OK(result) "\"ok\":true,\"result\":" result

static const struct {
	const char *typed;
	const char *asked; /* but for the id */
	const char *answer;
	const char *printed;
} questions[] = {
	{ "snapshot create @ s0", "{\"command\":\"snapshot.create\",\"name\":\"s0\"}",
		OK("{\"name\":\"s0\"}"), "" },
	{ "snapshot create --limit 10% @ --block=4KiB s0 --of c --no-writers --json",
		"{\"command\":\"snapshot.create\",\"name\":\"s0\",\"limit\":\"10%\",\"block\":"
		"\"4KiB\",\"of\":\"c\",\"writers\":false}",
		OK("{\"name\":\"s0\"}"), "{\n  \"schema_version\": 1,\n  \"name\": \"s0\"\n}\n" },
	{ "snapshot clone @ s0 c0 --full",
		"{\"command\":\"snapshot.clone\",\"of\":\"s0\",\"name\":\"c0\",\"full\":true}",
		OK("{}"), "" },
	{ "snapshot list @", "{\"command\":\"snapshot.list\"}", OK("{\"snapshots\":[]}"),
		"no snapshots\n" },
	{ "snapshot list @ --json", "{\"command\":\"snapshot.list\"}", OK("{\"snapshots\":[]}"),
		"{\n  \"schema_version\": 1,\n  \"snapshots\": []\n}\n" },
	{ "fault add @ crash", "{\"command\":\"fault.add\",\"rule\":\"crash\"}", OK("{\"id\":7}"),
		"7\n" },
	{ "fault add @ live.read error=EIO offset=0..4KiB",
		"{\"command\":\"fault.add\",\"rule\":\"live.read error=EIO offset=0..4KiB\"}",
		OK("{\"id\":7}"), "7\n" },
	{ "fault add @ writer.freeze hang writer=System~Writer",
		"{\"command\":\"fault.add\",\"rule\":\"writer.freeze hang writer=\\\"System "
		"Writer\\\"\"}",
		OK("{\"id\":7}"), "7\n" },
	{ "writers add @ simulated~name=a thaw=1s",
		"{\"command\":\"writers.add\",\"writer\":\"simulated name=a thaw=1s\"}", OK("{}"),
		"" },
	{ "writers remove @ System Writer",
		"{\"command\":\"writers.remove\",\"name\":\"System Writer\"}", OK("{}"), "" },
	{ "fault release @", "{\"command\":\"fault.release\"}", OK("{\"released\":3}"), "3\n" },
	{ "gauge set @ memory.used 85% --real --size 64MiB",
		"{\"command\":\"gauge.set\",\"gauge\":\"memory.used\",\"value\":\"85%\",\"real\":"
		"true,\"size\":\"64MiB\"}",
		OK("{}"), "" },
	{ "writers list @", "{\"command\":\"writers.list\"}",
		OK("{\"writers\":[],\"text\":\"none\\n\"}"), "none\n" },
	{ "writers list --json @", "{\"command\":\"writers.list\"}",
		OK("{\"writers\":[],\"text\":\"none\\n\"}"),
		"{\n  \"schema_version\": 1,\n  \"writers\": []\n}\n" },
	{ "writers notify @ abort", "{\"command\":\"writers.notify\",\"event\":\"abort\"}",
		OK("{}"), "" },
	{ "datto mount @", "{\"command\":\"datto.file_system\",\"mounted\":true}", OK("{}"), "" },
	{ "datto umount @", "{\"command\":\"datto.file_system\",\"mounted\":false}", OK("{}"), "" },
	{ "status @ --json", "{\"command\":\"status\"}", OK("{\"state\":\"active\"}"),
		"{\n  \"schema_version\": 1,\n  \"state\": \"active\"\n}\n" },
	{ "fault clear @ --json", "{\"command\":\"fault.clear\"}", OK("{}"),
		"{\n  \"schema_version\": 1\n}\n" },
};

START_TEST(a_row_is_sent_as_it_says_and_prints_the_answer)
{
	json_t *heard, *asked = json_loads(questions[_i].asked, 0, NULL);
	pid_t rig = fork();
	int status;

	if (rig == 0)
		play_rig(questions[_i].answer);
	ck_assert_int_eq(run(questions[_i].typed), EXIT_MET);
	ck_assert_int_eq(waitpid(rig, &status, 0), rig);
	ck_assert_int_eq(status, 0);
	heard = json_loads(text_of("heard"), 0, NULL);
	json_object_del(heard, "id");
	ck_assert_msg(asked && json_equal(heard, asked), "asked: %s", text_of("heard"));
	ck_assert_str_eq(text_of("out"), questions[_i].printed);
	json_decref(heard);
	json_decref(asked);
}
END_TEST

static const struct {
	const char *typed;
	const char *answer;
	int exit_code;
	const char *printed; /* NULL: nothing */
} refusals[] = {
	{ "snapshot delete @ s0", "\"ok\":false,\"error\":\"ENOENT\",\"message\":\"no snapshot\"",
		EXIT_USAGE, NULL },
	{ "snapshot delete @ s0 --json",
		"\"ok\":false,\"error\":\"ENOENT\",\"message\":\"no snapshot (s1 is one)\"",
		EXIT_USAGE,
		"{\"schema_version\":1,\"error\":{\"code\":\"ENOENT\",\"message\":\"no "
		"snapshot\",\"hint\":\"s1 is one\"},\"exit\":2}\n" },
	{ "fault list @", "\"ok\":false,\"error\":\"ESHUTDOWN\",\"message\":\"it ends\"", EXIT_RIG,
		NULL },
	{ "gauge set @ memory.used 85%", "\"ok\":false,\"error\":\"EPERM\",\"message\":\"root\"",
		EXIT_SKIPPED, NULL },
	{ "fault clear @", "\"ok\":false,\"error\":\"EPERM\",\"message\":\"root\"", EXIT_RIG,
		NULL },
};

START_TEST(what_is_refused_has_its_exit_code_and_with_json_a_document)
{
	pid_t rig = fork();

	if (rig == 0)
		play_rig(refusals[_i].answer);
	ck_assert_int_eq(run(refusals[_i].typed), refusals[_i].exit_code);
	ck_assert_int_eq(waitpid(rig, NULL, 0), rig);
	ck_assert_str_eq(text_of("out"), refusals[_i].printed ? refusals[_i].printed : "");
}
END_TEST

static const struct {
	const char *typed;
	int exit_code;
} unasked[] = {
	{ "fault add @ a\xff", EXIT_USAGE },
	{ "status @ --json --metrics", EXIT_USAGE },
	{ "snapshot delete @", EXIT_USAGE },
	{ "snapshot create @ s0 --limit", EXIT_USAGE },
	{ "snapshot", EXIT_USAGE },
	{ "snapshot keep @ s0", EXIT_USAGE },
	{ "snapshots", EXIT_USAGE },
	{ "snapshots --json", EXIT_USAGE },
	{ "snapshot keep @ s0 --json", EXIT_USAGE },
	{ "help snapshots", EXIT_USAGE },
	{ "create image", EXIT_USAGE },
	{ "help snapshot create", EXIT_MET },
	{ "snapshot --help", EXIT_MET },
	{ "help", EXIT_MET },
};

START_TEST(what_is_no_question_is_not_asked)
{
	fclose(fopen(in_root("heard"), "w"));
	ck_assert_int_eq(run(unasked[_i].typed), unasked[_i].exit_code);
	ck_assert_str_eq(text_of("heard"), "");
	ck_assert_int_eq(text_of("out")[0] != '\0',
		unasked[_i].exit_code == EXIT_MET || strstr(unasked[_i].typed, "--json"));
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

int main(int argc, char **argv)
{
	Suite *suite = suite_create("commands that ask");
	TCase *tests = tcase_create("rows");

	(void)argc;
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(
		tests, a_row_is_sent_as_it_says_and_prints_the_answer, 0, COUNT(questions));
	tcase_add_loop_test(tests, what_is_refused_has_its_exit_code_and_with_json_a_document, 0,
		COUNT(refusals));
	tcase_add_loop_test(tests, what_is_no_question_is_not_asked, 0, COUNT(unasked));
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
