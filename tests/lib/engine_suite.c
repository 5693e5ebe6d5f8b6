/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/engine_suite.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED_DEFAULT 7
#define EXIT_USAGE   2

/* From the message of load_fail() (engine_load_check.c). */
#define OPERATION_TEXT ", operation "

/* Blocks up to this size (glibc's maximum), and this much free memory, are kept. */
#define BLOCK_KEPT_BYTES (32 << 20)
#define FREE_KEPT_BYTES	 (512 << 20)

/* No test may take longer by more than this factor. */
#define TIMES_MAX 1000000

/* clang has __has_feature, gcc a macro. */
#ifdef __has_feature
#define HAS_FEATURE(name) __has_feature(name)
#else
#define HAS_FEATURE(name) 0
#endif

/* How much slower a run is with this build's sanitizer. */
#if defined(__SANITIZE_THREAD__) || HAS_FEATURE(thread_sanitizer)
#define SLOWDOWN 20
#elif defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)
#define SLOWDOWN 8
#else
#define SLOWDOWN 1
#endif

/* The value of VARIABLE, at least LEAST; otherwise prints an error and exits. */
static uint64_t number_of(const char *variable, uint64_t fallback, uint64_t least)
{
	const char *text = getenv(variable);
	char *end;

	if (!text || !*text)
		return fallback;
	errno = 0;

	uint64_t number = strtoull(text, &end, 0);

	if (*end != '\0' || *text == '-' || errno != 0 || number < least) {
		fprintf(stderr, "%s='%s' is no number from %" PRIu64 " on\n", variable, text,
			least);
		exit(EXIT_USAGE);
	}
	return number;
}

/*
 * Check's time limits are for the default COUNT.  It reads their multiplier when a test case is
 * made, so this must run before main().
 */
__attribute__((constructor)) static void limits_follow_count(void)
{
	const char *count = getenv("COUNT"), *asked = getenv("CK_TIMEOUT_MULTIPLIER");
	uint64_t times = asked ? strtoull(asked, NULL, 10) : 1;
	uint64_t wanted = count ? strtoull(count, NULL, 0) : 0;
	char text[32];

	if (wanted == 0)
		return;
	if (wanted > TIMES_MAX / (times > 0 ? times : 1))
		wanted = TIMES_MAX / (times > 0 ? times : 1);
	/* No COUNT is below 1, so this is enough, whatever the default is. */
	snprintf(text, sizeof text, "%" PRIu64, times * (1 + wanted));
	setenv("CK_TIMEOUT_MULTIPLIER", text, 1);
}

uint64_t engine_seed(void)
{
	return number_of("SEED", SEED_DEFAULT, 0);
}

uint64_t engine_count(uint64_t fallback)
{
	uint64_t scaled = fallback / SLOWDOWN;

	return number_of("COUNT", scaled > 0 ? scaled : 1, 1);
}

uint64_t engine_stride_of(uint64_t places, uint64_t fallback)
{
	uint64_t stride = places / engine_count(fallback);

	return stride > 0 ? stride : 1;
}

bool engine_count_is_full(void)
{
	const char *text = getenv("COUNT");

	return SLOWDOWN == 1 && (!text || !*text);
}

static unsigned count_runs;

void engine_suite_shares_count(unsigned runs)
{
	count_runs = runs;
}

/* Returns how much of COUNT it took to fail with MESSAGE, from load_fail(); else 0. */
static uint64_t count_needed(const char *message)
{
	const char *operation = strstr(message, OPERATION_TEXT);

	if (count_runs == 0 || !operation)
		return 0;
	return (strtoull(operation + strlen(OPERATION_TEXT), NULL, 10) + 1) * count_runs;
}

/* A run is repeated by its seed, the number of its operations and its test case. */
static void print_replay(const char *program, TestResult *failure)
{
	uint64_t needed = count_needed(tr_msg(failure));
	const char *count = getenv("COUNT");
	char text[32] = "";

	if (needed > 0)
		snprintf(text, sizeof text, " COUNT=%" PRIu64, needed);
	else if (count)
		snprintf(text, sizeof text, " COUNT=%s", count);
	printf("replay: SEED=%" PRIu64 "%s CK_RUN_CASE='%s' %s\n", engine_seed(), text,
		tr_tcname(failure), program);
}

int engine_suite_run(Suite *suite, const char *program)
{
	SRunner *runner = srunner_create(suite);

	/* A sweep makes thousands of engines, each with megabytes of buffers: getting them from
	 * the kernel each time took two thirds of its time. */
	mallopt(M_MMAP_THRESHOLD, BLOCK_KEPT_BYTES);
	mallopt(M_TRIM_THRESHOLD, FREE_KEPT_BYTES);

	/* Invalid values are refused before anything runs. */
	engine_count(1);
	printf("seed %" PRIu64 "\n", engine_seed());
	fflush(stdout);
	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);
	TestResult **failures = srunner_failures(runner);

	for (int i = 0; i < failed; i++)
		print_replay(program, failures[i]);
	free(failures);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
