/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Started in this order, ended in reverse:
 *
 *	signals are blocked   before other threads exist
 *	pool, disks           the records and their rigs
 *	calls                 sessions and event waiters
 *	workers, transfers    the threads of calls and of transfers
 *	servers               one for each address; they listen before all of it
 *
 * At the end the servers accept no more, and cancel their transfers.  Calls that wait for a rig are
 * answered, then event waiters; after that all calls have been answered.  Whatever hangs, ending.h
 * makes sure that the process ends.
 */
#include "simfs/doors/xapi/server/server.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/doors/xapi/calls/calls.h"
#include "simfs/doors/xapi/disks/disks.h"
#include "simfs/doors/xapi/server/ending.h"
#include "simfs/doors/xapi/server/ready.h"
#include "simfs/doors/xapi/server/routes.h"
#include "simfs/doors/xapi/transfer/nbd.h"

#define ADDRESSES_MAX	16
#define CALLS_AT_ONCE	128
#define DEFAULT_ADDRESS "127.0.0.1:0"
#define STATE_SUFFIX	".snaprig"

struct server {
	struct pool_config *config;
	struct pool *pool;
	struct disks *disks;
	struct calls *calls;
	struct routes routes;
	struct nbd *nbd;
	struct http_server *https[ADDRESSES_MAX];
	size_t https_count;
};

static const int ending_signals[] = { SIGTERM, SIGINT, SIGHUP };

/* A descriptor for each client, as far as the machine allows it. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* At each of COUNT addresses. */
static unsigned connections_max(size_t count)
{
	struct rlimit limit;
	size_t all = http_limits_default.connections;

	/* The server itself opens half of the descriptors. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 2 < all)
		all = limit.rlim_cur / 2;
	return all > count ? (unsigned)(all / count) : 1;
}

/* Returns 0 or -ENOMEM. */
static int add_faults(struct pool_config *config, const struct xapi_serve_options *options)
{
	size_t count = config->fault_count + options->fault_count;
	char **faults = realloc(config->faults, (count + 1) * sizeof *faults);

	if (!faults)
		return -ENOMEM;
	config->faults = faults;
	for (size_t at = 0; at < options->fault_count; at++) {
		faults[config->fault_count] = strdup(options->faults[at]);
		if (!faults[config->fault_count])
			return -ENOMEM;
		config->fault_count++;
	}
	return 0;
}

/* Returns an exit code, after a message unless it is EXIT_MET. */
static int start_pool(struct server *server, const struct xapi_serve_options *options)
{
	AUTO(auto_free) char *state = NULL;

	if (pool_config_read(options->pool_path, &server->config) < 0)
		return EXIT_USAGE;
	if (asprintf(&state, "%s%s",
		    options->state_folder ? options->state_folder : options->pool_path,
		    options->state_folder ? "" : STATE_SUFFIX) < 0)
		state = NULL;
	server->pool = pool_create(server->config->seed);
	if (!state || !server->pool || add_faults(server->config, options) < 0) {
		log_error("out of memory");
		return EXIT_RIG;
	}
	return disks_begin(server->config, server->pool, state, &server->disks) < 0 ? EXIT_RIG
										    : EXIT_MET;
}

static int start_calls(struct server *server, const struct xapi_serve_options *options)
{
	struct calls_options calls_options = { .pool = server->pool,
		.disks = server->disks,
		.user = server->config->credentials.user,
		.password = server->config->credentials.password,
		.longest_event_wait_ns = options->longest_event_wait_ns };
	struct transfer_options transfer_options;

	if (calls_create(&calls_options, &server->calls) < 0) {
		log_error("out of memory");
		return EXIT_RIG;
	}
	server->routes.calls = server->calls;
	transfer_options = (struct transfer_options){ .calls = server->calls,
		.pool = server->pool,
		.disks = server->disks,
		.framing = options->export_framing };
	server->routes.workers = workers_create(CALLS_AT_ONCE);
	if (!server->routes.workers ||
		transfers_create(&transfer_options, &server->routes.transfers) < 0) {
		log_error("out of memory");
		return EXIT_RIG;
	}
	if (!options->nbd)
		return EXIT_MET;
	if (nbd_start(&transfer_options, options->nbd, &server->nbd) < 0)
		return EXIT_USAGE;
	calls_serve_nbd(server->calls, nbd_host(server->nbd), nbd_port(server->nbd));
	return EXIT_MET;
}

/* Before anything is started, so that a wrong or used address is reported at once. */
static int listen_all(struct server *server, const struct xapi_serve_options *options)
{
	static const char *const any[] = { DEFAULT_ADDRESS };
	const char *const *addresses = options->address_count ? options->addresses : any;
	size_t count = options->address_count ? options->address_count : 1;

	if (count > ADDRESSES_MAX) {
		log_error("there are too many addresses to listen on (%zu, at most %d)", count,
			ADDRESSES_MAX);
		return EXIT_USAGE;
	}
	for (size_t at = 0; at < count; at++) {
		struct http_server *http;
		int error = http_server_create(addresses[at], &http);

		if (error < 0)
			return error == -ENOMEM ? EXIT_RIG : EXIT_USAGE;
		server->https[server->https_count++] = http;
		if (http_server_is_open(http))
			log_info("'%s' can be reached from other machines, and is not encrypted",
				http_server_url(http));
	}
	return EXIT_MET;
}

static void print_nbd(const struct nbd *nbd)
{
	bool is_ip6 = strchr(nbd_host(nbd), ':');

	printf("nbd on nbd://%s%s%s:%u\n", is_ip6 ? "[" : "", nbd_host(nbd), is_ip6 ? "]" : "",
		nbd_port(nbd));
}

static int begin_http(struct server *server)
{
	struct http_limits limits = http_limits_default;
	struct http_handlers handlers = routes_handlers(&server->routes);

	limits.connections = connections_max(server->https_count);
	for (size_t at = 0; at < server->https_count; at++)
		if (http_server_begin(server->https[at], &limits, &handlers) < 0)
			return EXIT_RIG;
	for (size_t at = 0; at < server->https_count; at++)
		printf("listening on %s\n", http_server_url(server->https[at]));
	if (server->nbd)
		print_nbd(server->nbd);
	fflush(stdout);
	ready_tell();
	return EXIT_MET;
}

/* ---- the end ---- */

static void log_unknown(struct server *server)
{
	json_t *unknown = calls_unknown_methods(server->calls), *count;
	const char *method;

	json_object_foreach(unknown, method, count) log_info(
		"calls of unknown method '%s': %lld", method, (long long)json_integer_value(count));
	json_decref(unknown);
}

/* On return no thread is in a rig any more. */
static void end_users(struct server *server)
{
	for (size_t at = 0; at < server->https_count; at++)
		http_server_quiesce(server->https[at]);
	routes_end(&server->routes);
	if (server->disks)
		disks_stop(server->disks);
	if (server->calls)
		calls_stop(server->calls);
	nbd_stop(server->nbd);
	if (server->routes.workers)
		workers_wait(server->routes.workers);
	transfers_destroy(server->routes.transfers);
	if (server->disks)
		disks_rest(server->disks);
}

static void server_end(struct server *server)
{
	struct ending ending;

	ending_begin(&ending, server->disks);
	end_users(server);
	ending_of_rigs(&ending);
	for (size_t at = 0; at < server->https_count; at++)
		http_server_destroy(server->https[at]);
	workers_destroy(server->routes.workers);
	if (server->calls)
		log_unknown(server);
	calls_destroy(server->calls);
	disks_finish(server->disks);
	pool_destroy(server->pool);
	pool_config_destroy(server->config);
	ending_over(&ending);
}

int xapi_serve(const struct xapi_serve_options *options)
{
	struct server server = { 0 };
	sigset_t ending, before;
	int code, number;

	raise_file_limit();
	sigemptyset(&ending);
	for (size_t at = 0; at < sizeof ending_signals / sizeof ending_signals[0]; at++)
		sigaddset(&ending, ending_signals[at]);
	pthread_sigmask(SIG_BLOCK, &ending, &before);
	code = listen_all(&server, options);
	if (code == EXIT_MET)
		code = start_pool(&server, options);
	if (code == EXIT_MET)
		code = start_calls(&server, options);
	if (code == EXIT_MET)
		code = begin_http(&server);
	if (code == EXIT_MET)
		sigwait(&ending, &number);
	server_end(&server);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code;
}
