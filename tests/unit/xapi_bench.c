/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/xapi_bench.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/control/protocol.h"
#include "tests/unit/run_folder.h"

#define LONGEST_NS (10 * NS_PER_S)

struct xapi_bench xapi_bench;

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void make_files(void)
{
	char status[512];

	ck_assert_int_eq(mkdir("mnt", 0700), 0);
	ck_assert_int_eq(mkdir("mnt/" MOUNT_SNAPSHOTS, 0700), 0);
	ck_assert_int_eq(mkdir("mnt/" MOUNT_RIG, 0700), 0);
	run_folder_file(BENCH_LIVE, 1, BENCH_DISK_BYTES);
	run_folder_file(BENCH_SNAPSHOT, 2, BENCH_DISK_BYTES);
	snprintf(status, sizeof status,
		"{\"profile\": \"xen\", \"size_bytes\": %u, \"nodes\": [{\"role\": \"live\","
		" \"uuid\": \"live\"}], \"snapshots\": [{\"name\": \"%s\"}]}",
		BENCH_DISK_BYTES, BENCH_SNAPSHOT_UUID);
	write_text("mnt/" MOUNT_RIG "/status.json", status);
	write_text("pool.yaml",
		"pool: demo\n"
		"credentials: { user: root, password: secret }\n"
		"srs: [ { name: local, type: ext, capacity: 1GiB } ]\n"
		"vms: [ { name: web, power: halted, disks: [ { name: system, sr: local, mount: mnt "
		"} ] } ]\n");
}

static void find_records(void)
{
	struct xapi_bench *bench = &xapi_bench;
	const char *ref;

	pool_lock(bench->pool);
	ref = pool_find_uuid(bench->pool, POOL_CLASS_VDI, BENCH_SNAPSHOT_UUID);
	ck_assert_ptr_nonnull(ref);
	snprintf(bench->snapshot, sizeof bench->snapshot, "%s", ref);
	snprintf(bench->leaf, sizeof bench->leaf, "%s",
		pool_text(bench->pool, POOL_CLASS_VDI, ref, "snapshot_of"));
	snprintf(bench->leaf_uuid, sizeof bench->leaf_uuid, "%s",
		pool_text(bench->pool, POOL_CLASS_VDI, bench->leaf, "uuid"));
	ref = json_string_value(
		json_array_get(pool_value(bench->pool, POOL_CLASS_VDI, bench->leaf, "VBDs"), 0));
	snprintf(bench->vm, sizeof bench->vm, "%s",
		pool_text(bench->pool, POOL_CLASS_VBD, ref, "VM"));
	pool_unlock(bench->pool);
}

static void log_in(void)
{
	AUTO(auto_free)
	char *result = xapi_bench_call("session.login_with_password", "\"root\",\"secret\"");

	ck_assert_int_eq(sscanf(result, "\"%95[^\"]", xapi_bench.session), 1);
}

void xapi_bench_setup(void)
{
	struct xapi_bench *bench = &xapi_bench;
	struct http_handlers handlers;

	*bench = (struct xapi_bench){ 0 };
	run_folder_setup();
	make_files();
	ck_assert_int_eq(pool_config_read("pool.yaml", &bench->config), 0);
	bench->pool = pool_create(7);
	ck_assert_int_eq(disks_begin(bench->config, bench->pool, "state", &bench->disks), 0);
	ck_assert_int_eq(calls_create(&(struct calls_options){ .pool = bench->pool,
					      .disks = bench->disks,
					      .user = "root",
					      .password = "secret" },
				 &bench->routes.calls),
		0);
	bench->transfer_options = (struct transfer_options){ .calls = bench->routes.calls,
		.pool = bench->pool,
		.disks = bench->disks,
		.framing = WIRE_LENGTH };
	bench->routes.workers = workers_create(4);
	ck_assert_int_eq(transfers_create(&bench->transfer_options, &bench->routes.transfers), 0);
	handlers = routes_handlers(&bench->routes);
	ck_assert_int_eq(http_server_create("127.0.0.1:0", &bench->http), 0);
	ck_assert_int_eq(http_server_begin(bench->http, &http_limits_default, &handlers), 0);
	find_records();
	log_in();
}

/* ---- calls ---- */

static void take(void *context, enum reply_kind kind, char *text, size_t length)
{
	ck_assert_int_eq(kind, REPLY_TEXT);
	*(json_t **)context = json_loadb(text, length, 0, NULL);
	free(text);
}

char *xapi_bench_call(const char *method, const char *arguments)
{
	AUTO(auto_free) char *text = NULL;
	json_t *answer = NULL, *error, *shown;
	char *outcome;

	ck_assert_int_gt(asprintf(&text, "{\"id\":7,\"method\":\"%s\",\"params\":[%s%s%s%s]}",
				 method, *xapi_bench.session ? "\"" : "", xapi_bench.session,
				 *xapi_bench.session ? "\"" : "", arguments),
		0);
	calls_perform(xapi_bench.routes.calls, text, strlen(text), take, &answer);
	ck_assert_ptr_nonnull(answer);
	error = json_object_get(answer, "error");
	shown = error ? json_pack("[O]", json_object_get(error, "message"))
		      : json_incref(json_object_get(answer, "result"));
	if (error)
		json_array_extend(shown, json_object_get(error, "data"));
	outcome = json_dumps(shown, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(shown);
	json_decref(answer);
	return outcome;
}

char *xapi_bench_call_of(const char *method, const char *ref)
{
	char argument[POOL_REF_BYTES + 3];

	snprintf(argument, sizeof argument, ",\"%s\"", ref);
	return xapi_bench_call(method, argument);
}

void xapi_bench_task(char *ref)
{
	ck_assert_int_eq(task_create(xapi_bench.pool, "a transfer", "", ref), 0);
}

static bool has_ended(const char *ref, char *text, size_t length)
{
	struct pool *pool = xapi_bench.pool;
	const char *status;
	json_t *word;
	bool ended;
	size_t i;

	pool_lock(pool);
	status = pool_text(pool, POOL_CLASS_TASK, ref, "status");
	ended = strcmp(status, "pending") != 0;
	snprintf(text, length, "%s", status);
	json_array_foreach(pool_value(pool, POOL_CLASS_TASK, ref, "error_info"), i, word)
		snprintf(text + strlen(text), length - strlen(text), "%c%s", i ? '|' : ' ',
			json_string_value(word));
	pool_unlock(pool);
	return ended;
}

const char *xapi_bench_task_tells(const char *ref)
{
	static char text[512];
	uint64_t end_ns = clock_now_ns() + LONGEST_NS;

	while (!has_ended(ref, text, sizeof text)) {
		ck_assert_msg(clock_now_ns() < end_ns, "the task is pending");
		usleep(2000);
	}
	return text;
}

void xapi_bench_live(void *bytes, size_t offset, size_t length)
{
	AUTO(auto_close) int fd = open(BENCH_LIVE, O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(pread(fd, bytes, length, (off_t)offset), (ssize_t)length);
}

/* ---- its client ---- */

int xapi_bench_dial(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_port = htons(
		(uint16_t)strtoul(strrchr(http_server_url(xapi_bench.http), ':') + 1, NULL, 10));
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

void xapi_bench_say(int fd, const char *format, ...)
{
	char text[1024];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	ck_assert_int_eq(send(fd, text, (size_t)length, MSG_NOSIGNAL), length);
}

long xapi_bench_hear(int fd, char *said)
{
	static char dropped[1 << 16];
	long length = 0;
	ssize_t more;

	for (;;) {
		bool has_room = length < BENCH_SAID_MAX - 1;

		more = recv(fd, has_room ? said + length : dropped,
			has_room ? (size_t)(BENCH_SAID_MAX - 1 - length) : sizeof dropped, 0);
		if (more <= 0)
			break;
		length += more;
		if (has_room)
			said[length] = '\0';
	}
	if (length == 0)
		*said = '\0';
	return more < 0 ? -errno : length;
}

void xapi_bench_export(int fd, const char *vdi, const char *task, const char *query)
{
	xapi_bench_say(fd,
		"GET /export_raw_vdi/?vdi=%s&session_id=%s&task_id=%s%s HTTP/1.1\r\n"
		"Host: x\r\n\r\n",
		vdi, xapi_bench.session, task, query);
}

void xapi_bench_import(int fd, const char *vdi, const char *task, const char *query, size_t length)
{
	xapi_bench_say(fd,
		"PUT /import_raw_vdi/?vdi=%s&session_id=%s&task_id=%s%s HTTP/1.1\r\n"
		"Host: x\r\nContent-Length: %zu\r\n\r\n",
		vdi, xapi_bench.session, task, query, length);
}
