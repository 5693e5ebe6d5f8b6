/* SPDX-License-Identifier: Apache-2.0 */
/* What a rig's errors are called by XAPI; and bytes as text. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/base64.h"
#include "simfs/base/cleanup.h"
#include "simfs/doors/xapi/disks/internal.h"
#include "tests/lib/engine_suite.h"

static const struct config_sr thin = { .type = CONFIG_SR_EXT };
static const struct config_sr thick = { .type = CONFIG_SR_LVM };

#define TOO_LONG "[\"SR_BACKEND_FAILURE_109\", \"\", \"The snapshot chain is too long\", \"\"]"
#define NO_SPACE "[\"SR_BACKEND_FAILURE_44\", \"\", \"There is insufficient space\", \"\"]"

static const struct {
	const struct config_sr *sr;
	int error;
	const char *message;
	const char *failure;
} cases[] = {
	{ &thin, -EMLINK, "SR_BACKEND_FAILURE_109(, The snapshot chain is too long, )", TOO_LONG },
	{ &thick, -EMLINK, NULL, TOO_LONG },
	{ &thick, -ENOSPC, "SR_BACKEND_FAILURE_44(, There is insufficient space, )", NO_SPACE },
	{ &thick, -ENOSPC, "No space left on device", NO_SPACE },
	{ &thin, -ENOSPC, "No space left on device",
		"[\"SR_BACKEND_FAILURE_81\", \"\", \"Failed to clone VDI [opterr=VDI clone failed "
		"error 28]\", \"\"]" },
	{ &thick, -EIO, "what the rig says",
		"[\"SR_BACKEND_FAILURE_82\", \"\", \"Failed to snapshot VDI [opterr=what the rig "
		"says]\", \"\"]" },
	{ &thin, -ENOTCONN, NULL,
		"[\"SR_BACKEND_FAILURE_46\", \"\", \"The VDI is not available [opterr=the rig has "
		"ended]\", \"\"]" },
	{ &thick, -EIO, "HANDLE_INVALID()", "[\"HANDLE_INVALID\", \"\"]" },
	{ &thick, -EIO, "A(b)", "[\"A\", \"b\"]" },
	{ &thick, -EIO, "(b)",
		"[\"SR_BACKEND_FAILURE_82\", \"\", \"Failed to snapshot VDI [opterr=(b)]\", "
		"\"\"]" },
	{ &thick, -EIO, "A(b) c",
		"[\"SR_BACKEND_FAILURE_82\", \"\", \"Failed to snapshot VDI [opterr=A(b) c]\", "
		"\"\"]" },
	{ &thick, -EIO, "\xff", "[\"SR_BACKEND_FAILURE_82\", \"\", \"\", \"\"]" },
};

START_TEST(an_error_has_the_text_of_its_storage)
{
	struct repository sr = { .config = cases[_i].sr };
	json_t *failure = failure_of(
		&sr, cases[_i].error, cases[_i].message, SNAPSHOT_FAILED, "Failed to snapshot VDI");
	AUTO(auto_free) char *text = json_dumps(failure, 0);

	ck_assert_str_eq(text, cases[_i].failure);
	json_decref(failure);
}
END_TEST

START_TEST(bytes_become_letters)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *text;
	} known[] = { { "", 0, "" }, { "f", 1, "Zg==" }, { "fo", 2, "Zm8=" }, { "foo", 3, "Zm9v" },
		{ "foobar", 6, "Zm9vYmFy" }, { "\xff\xfe\x00\x01", 4, "//4AAQ==" } };
	char text[16];

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		base64_encode((const uint8_t *)known[i].bytes, known[i].length, text);
		ck_assert_str_eq(text, known[i].text);
		ck_assert_uint_eq(BASE64_LENGTH(known[i].length), strlen(text));
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("failures of disks");
	TCase *tests = tcase_create("texts");

	(void)argc;
	tcase_add_loop_test(tests, an_error_has_the_text_of_its_storage, 0,
		(int)(sizeof cases / sizeof cases[0]));
	tcase_add_test(tests, bytes_become_letters);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
