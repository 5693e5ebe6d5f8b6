/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_xapi_call.c - any bytes are calls, one per line, and each has one answer.
 *
 * The pool has records and no disks: methods that need a disk are decoded, but not carried out.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/doors/xapi/calls/calls.h"
#include "simfs/doors/xapi/calls/internal.h"
#include "simfs/doors/xapi/pool/pool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(void *context, enum reply_kind kind, char *text, size_t length)
{
	json_t *answer;

	MUST(kind == REPLY_TEXT);
	answer = json_loadb(text, length, 0, NULL);
	MUST(answer);
	MUST(!json_object_get(answer, "error") != !json_object_get(answer, "result"));
	json_decref(answer);
	free(text);
	++*(unsigned *)context;
}

static bool is_of_disks(const char *line, size_t length)
{
	static const char *const classes[] = { "SR.", "VBD.", "VDI.", "VM." };
	struct request request;
	json_t *answer;
	bool is_so = false;

	if (request_decode(line, length, &request, &answer) < 0) {
		json_decref(answer);
		return false;
	}
	for (size_t at = 0; at < sizeof classes / sizeof classes[0]; at++)
		is_so |= strncmp(request.method, classes[at], strlen(classes[at])) == 0 &&
			 method_find(request.method);
	request_deinit(&request);
	return is_so;
}

/* References follow from the seed, so that the corpus can contain them. */
static struct calls *calls_begin(struct pool *pool)
{
	struct calls_options options = { .pool = pool, .user = "root", .password = "secret" };
	struct calls *calls;
	unsigned answered = 0;
	const char login[] = "{\"method\":\"session.login_with_password\","
			     "\"params\":[\"root\",\"secret\"]}";

	MUST(calls_create(&options, &calls) == 0);
	calls_perform(calls, login, strlen(login), take, &answered);
	MUST(answered == 1);
	pool_lock(pool);
	pool_add(pool, POOL_CLASS_POOL, NULL);
	pool_add(pool, POOL_CLASS_HOST, NULL);
	pool_add(pool, POOL_CLASS_VM, NULL);
	pool_unlock(pool);
	return calls;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct pool *pool = pool_create(1);
	unsigned asked = 0, answered = 0;
	struct calls *calls;

	MUST(pool);
	calls = calls_begin(pool);
	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((line_end ? line_end : end) - at);

		if (!is_of_disks(at, length)) {
			asked++;
			calls_perform(calls, at, length, take, &answered);
		}
		at += length + 1;
	}
	calls_stop(calls);
	MUST(answered == asked);
	calls_destroy(calls);
	pool_destroy(pool);
	return 0;
}
