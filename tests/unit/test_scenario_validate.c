/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_validate.c - snaprig validate, as its user meets it.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "scenarios/cli/commands.h"
#include "simfs/base/exit_code.h"
#include "simfs/control/protocol.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/scenario_text.h"

#define OUTPUT_MAX_BYTES 65536

#define GOOD		 SCENARIO_FIXTURES "good.yaml"
#define TABS		 SCENARIO_FIXTURES "tabs.yaml"

/* What the command printed. */
static char out[OUTPUT_MAX_BYTES];
static char err[OUTPUT_MAX_BYTES];

static void stream_to_file(FILE *stream, FILE *file)
{
	fflush(stream);
	ck_assert_int_ge(dup2(fileno(file), fileno(stream)), 0);
}

static void file_to_text(FILE *stream, FILE *file, char *text)
{
	fflush(stream);
	rewind(file);
	text[fread(text, 1, OUTPUT_MAX_BYTES - 1, file)] = '\0';
	fclose(file);
}

/* Runs "snaprig validate" with the ARGUMENTS up to NULL; Check runs each test in its own process.
 */
static int validate(const char *const *arguments)
{
	char *argv[8] = { (char[]){ "validate" } }, *copies[8];
	FILE *out_file = tmpfile();
	FILE *err_file = tmpfile();
	int argc = 1;

	ck_assert(out_file && err_file);
	for (; arguments[argc - 1]; argc++)
		argv[argc] = copies[argc] = strdup(arguments[argc - 1]);
	stream_to_file(stdout, out_file);
	stream_to_file(stderr, err_file);

	int exit_code = validate_command.run(&validate_command, argc, argv);

	file_to_text(stdout, out_file, out);
	file_to_text(stderr, err_file, err);
	for (int i = 1; i < argc; i++)
		free(copies[i]);
	return exit_code;
}

#define VALIDATE(...) validate((const char *const[]){ __VA_ARGS__, NULL })

START_TEST(right_scenario_is_ok)
{
	ck_assert_int_eq(VALIDATE(GOOD), EXIT_MET);
	ck_assert_str_eq(out, "ok " GOOD "\n");
	ck_assert_str_eq(err, "");
}
END_TEST

START_TEST(wrong_scenario_is_told_on_stderr_and_the_others_are_still_read)
{
	ck_assert_int_eq(VALIDATE(TABS, GOOD), EXIT_USAGE);
	ck_assert_str_eq(out, "ok " GOOD "\n");
	ck_assert_str_eq(err, TABS ":4:1: tab in the indentation (use spaces)\n" TABS
				   ":5:3: tab in the indentation (use spaces)\n");
}
END_TEST

START_TEST(missing_file_is_an_error)
{
	ck_assert_int_eq(VALIDATE("no/such.yaml"), EXIT_USAGE);
	ck_assert_str_eq(out, "");
	ck_assert_str_eq(err, "no/such.yaml: cannot read scenario: No such file or directory\n");
}
END_TEST

START_TEST(directory_stands_for_the_scenarios_below_it)
{
	ck_assert_int_eq(VALIDATE("scenarios/catalog"), EXIT_MET);
	ck_assert_ptr_nonnull(strstr(out, "ok scenarios/catalog/actiphy/cow-overflow.yaml\n"
					  "ok scenarios/catalog/actiphy/exit-314-log.yaml\n"));
	ck_assert_str_eq(err, "");
}
END_TEST

START_TEST(directory_without_scenarios_is_an_error)
{
	char directory[] = "/tmp/snaprig-validate-XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(directory));

	int exit_code = VALIDATE(directory);

	rmdir(directory);
	ck_assert_int_eq(exit_code, EXIT_USAGE);
	ck_assert_ptr_nonnull(strstr(err, "snaprig: no scenario in directory '/tmp/"));
}
END_TEST

START_TEST(directory_that_contains_itself_ends_in_an_error)
{
	char directory[] = "/tmp/snaprig-validate-XXXXXX";
	char link[64];

	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(link, sizeof link, "%s/again", directory);
	ck_assert_int_eq(symlink(".", link), 0);

	int exit_code = VALIDATE(directory);

	unlink(link);
	rmdir(directory);
	ck_assert_int_eq(exit_code, EXIT_USAGE);
	ck_assert_ptr_nonnull(strstr(err, "Too many levels of symbolic links"));
}
END_TEST

START_TEST(json_holds_every_mistake_with_its_place)
{
	ck_assert_int_eq(VALIDATE("--json", GOOD, TABS), EXIT_USAGE);

	json_t *document = json_loads(out, 0, NULL);
	const char *path, *message;
	int version, line, column, good, bad;

	ck_assert_ptr_nonnull(document);
	ck_assert_int_eq(json_unpack(document,
				 "{s:i, s:[{s:b, s:[!]}, {s:s, s:b, s:[{}, {s:i, s:i, "
				 "s:s}!]}!]}",
				 "schema_version", &version, "files", "ok", &good, "errors", "path",
				 &path, "ok", &bad, "errors", "line", &line, "column", &column,
				 "message", &message),
		0);
	ck_assert_int_eq(version, SCHEMA_VERSION);
	ck_assert(good && !bad);
	ck_assert_str_eq(path, TABS);
	ck_assert_int_eq(line, 5);
	ck_assert_int_eq(column, 3);
	ck_assert_str_eq(message, "tab in the indentation (use spaces)");
	ck_assert_str_eq(err, "");
	json_decref(document);
}
END_TEST

START_TEST(path_of_any_bytes_is_still_json)
{
	ck_assert_int_eq(VALIDATE("--json", "no/\xff\xc3.yaml"), EXIT_USAGE);

	json_t *document = json_loads(out, 0, NULL);
	const char *path;

	ck_assert_ptr_nonnull(document);
	ck_assert_int_eq(json_unpack(document, "{s:[{s:s}]}", "files", "path", &path), 0);
	ck_assert_str_eq(path, "no/??.yaml");
	json_decref(document);
}
END_TEST

START_TEST(help_is_data_and_wrong_usage_is_not)
{
	ck_assert_int_eq(VALIDATE("--help"), EXIT_MET);
	ck_assert_ptr_nonnull(
		strstr(out, "usage: snaprig validate [OPTION]... SCENARIO|FOLDER...\n"));
	ck_assert_str_eq(err, "");
	ck_assert_int_eq(VALIDATE("--jsn", GOOD), EXIT_USAGE);
	ck_assert_str_eq(err, "snaprig: unknown option '--jsn' (did you mean '--json'?)\n");
	ck_assert_int_eq(VALIDATE("--json"), EXIT_USAGE);
	ck_assert_str_eq(err,
		"snaprig: arguments are missing: expected 'SCENARIO|FOLDER...' (see 'snaprig "
		"validate --help')\n");
}
END_TEST

/* A folder of files, removed with them. */
struct folder {
	char path[32];
	char file[64];
};

static void folder_make(struct folder *folder, const char *name, const char *text)
{
	FILE *file;

	snprintf(folder->path, sizeof folder->path, "/tmp/snaprig-validate-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder->path));
	snprintf(folder->file, sizeof folder->file, "%s/%s", folder->path, name);
	file = fopen(folder->file, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void folder_drop(const struct folder *folder)
{
	unlink(folder->file);
	rmdir(folder->path);
}

/* Validates TEXT as the file x.yaml; what is said is in `err`. */
static int text_validate(const char *text)
{
	struct folder folder;

	folder_make(&folder, "x.yaml", text);

	int exit_code = VALIDATE(folder.file);

	folder_drop(&folder);
	return exit_code;
}

#define SCENARIO(profile, client, content, steps)                                                  \
	"name: x\nprofile: " profile "\nvolume: { size: 16MiB, content: " content " }\n"           \
	"client: " client "\nphases:\n  - p:\n      - snapshot: s0\n" steps

#define BACKUP "      - backup: { of: s0, to: b0 }\n"

static const struct refusal {
	const char *text;
	const char *said;
} refusals[] = {
	{ SCENARIO("plain", "borgg", "zeros", BACKUP), "x.yaml:4:9: unknown client 'borgg' (" },
	{ SCENARIO("plain", "dd-gip", "zeros", BACKUP),
		"x.yaml:4:9: unknown client 'dd-gip' (did you mean 'dd-gzip'?)" },
	{ SCENARIO("dato", "dd", "zeros", BACKUP),
		"x.yaml:2:10: unknown profile 'dato' (did you mean 'datto'?)" },
	{ SCENARIO("plain", "dd", "zeros", "      - coalesce: wait\n"),
		"x.yaml:8:9: profile 'plain' has no chain to coalesce (try xen)" },
	{ SCENARIO("plain", "partclone", "zeros", BACKUP),
		"x.yaml:4:9: client 'partclone' saves the used blocks of a file system" },
	{ SCENARIO("plain", "./none.yaml", "zeros", BACKUP),
		"/none.yaml': No such file or directory" },
	{ SCENARIO("plain", "dd", "zeros", "      - backup: { takes: s1, to: b0 }\n"),
		"x.yaml:8:9: client 'dd' takes no snapshots" },
	{ SCENARIO("plain", "dd", "zeros",
		  "      - write: { name: w, pattern: random, bytes: 5000 }\n"),
		"x.yaml:8:9: writer 'w' cannot write 5000 bytes" },
	{ "backup: cat {snapshto}\nrestore: x\n",
		"x.yaml:1:9: unknown word '{snapshto}' in 'backup'" },
	{ "backup: x\nrestore: x\nrestoer: x\n",
		"x.yaml:3:1: unknown key 'restoer' (did you mean 'restore'?)" },
	{ "backup: x\n", "x.yaml:1:1: missing key 'restore' in adapter" },
	{ "backup: x\nrestore: x\ncompares: tre\n", "x.yaml:3:11: unknown value 'tre'" },
	{ "backup: x\nrestore: x\ncompares: tree\nloses: [ acl ]\n",
		"x.yaml:4:10: unknown value 'acl' for 'loses' (known: link-times, "
		"fractions-of-seconds, attributes, hard-links)" },
	{ "backup: x\nrestore: x\ncompares: tree\nloses: attributes\n",
		"x.yaml:4:8: 'loses' must be a list of strings (try [ link-times ])" },
	{ "backup: x\nrestore: x\nloses: [ attributes ]\n",
		"x.yaml:3:8: 'loses' needs a tree, and the client does not compare one" },
	{ "backup: x\nrestore: x\npublishes: [ \"{ot}/\" ]\n",
		"x.yaml:3:14: unknown word '{ot}' in 'publishes'" },
	{ "backup: x\nrestore: x\npublishes: x\n",
		"x.yaml:3:12: 'publishes' must be a list of strings" },
};

START_TEST(what_run_would_refuse_is_found_at_its_place)
{
	ck_assert_int_eq(text_validate(refusals[_i].text), EXIT_USAGE);
	ck_assert_msg(strstr(err, refusals[_i].said), "%s", err);
	ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(adapter_is_known_by_its_keys)
{
	ck_assert_int_eq(text_validate("about: one\nbackup: cat {snapshot} >>{repo}/{mnt}\n"
				       "restore: x {live} {out}\nlists: x {log}\nverify: x\n"
				       "publishes: [ \"{repo}/\", \"{out}.*\" ]\n"),
		EXIT_MET);
	ck_assert_ptr_nonnull(strstr(out, "/x.yaml\n"));
	ck_assert_int_eq(VALIDATE("scenarios/clients"), EXIT_MET);
	ck_assert_ptr_nonnull(strstr(out, "ok scenarios/clients/dd.yaml\n"));
}
END_TEST

START_TEST(clients_of_a_folder_are_beside_ours)
{
	struct folder clients, scenarios;

	folder_make(&clients, "mine.yaml", "backup: x\nrestore: x\n");
	folder_make(&scenarios, "x.yaml", SCENARIO("plain", "mine", "zeros", BACKUP));
	ck_assert_int_eq(VALIDATE(scenarios.file), EXIT_USAGE);
	ck_assert_int_eq(VALIDATE("--clients", clients.path, scenarios.file, GOOD), EXIT_MET);
	ck_assert_int_eq(VALIDATE("--clients", "no/such", GOOD), EXIT_USAGE);
	ck_assert_str_eq(err, "snaprig: cannot look for clients in 'no/such': No such file or "
			      "directory\n");
	folder_drop(&clients);
	folder_drop(&scenarios);
}
END_TEST

START_TEST(share_that_is_not_there_is_an_error)
{
	setenv("SNAPRIG_SHARE", "/no/such", 1);
	ck_assert_int_eq(VALIDATE(GOOD), EXIT_USAGE);
	ck_assert_ptr_nonnull(strstr(err, "SNAPRIG_SHARE names '/no/such': No such file"));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scenario validate");
	TCase *tests = tcase_create("command");

	(void)argc;
	/* Ours, from the folder that tests are run in. */
	setenv("SNAPRIG_SHARE", "scenarios", 1);

	tcase_add_loop_test(tests, what_run_would_refuse_is_found_at_its_place, 0,
		(int)(sizeof refusals / sizeof refusals[0]));
	tcase_add_test(tests, adapter_is_known_by_its_keys);
	tcase_add_test(tests, clients_of_a_folder_are_beside_ours);
	tcase_add_test(tests, share_that_is_not_there_is_an_error);
	tcase_add_test(tests, right_scenario_is_ok);
	tcase_add_test(tests, wrong_scenario_is_told_on_stderr_and_the_others_are_still_read);
	tcase_add_test(tests, missing_file_is_an_error);
	tcase_add_test(tests, directory_stands_for_the_scenarios_below_it);
	tcase_add_test(tests, directory_without_scenarios_is_an_error);
	tcase_add_test(tests, directory_that_contains_itself_ends_in_an_error);
	tcase_add_test(tests, json_holds_every_mistake_with_its_place);
	tcase_add_test(tests, path_of_any_bytes_is_still_json);
	tcase_add_test(tests, help_is_data_and_wrong_usage_is_not);
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
