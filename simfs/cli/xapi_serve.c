/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/base/xapi_module.h"
#include "simfs/cli/command_table.h"
#include "simfs/doors/xapi/server/server.h"

#define LONGEST_EVENT_WAIT_NS (30 * NS_PER_S)

struct values {
	struct command_texts listen;
	struct command_texts fault;
	const char *state;
	const char *longest_event_wait;
	const char *nbd;
	const char *framing;
};

#define FRAMING_WORDS "chunked length close old-close"

static const struct {
	const char *word;
	enum wire_framing framing;
} framings[] = {
	{ "chunked", WIRE_CHUNKED },
	{ "length", WIRE_LENGTH },
	{ "close", WIRE_CLOSE },
	{ "old-close", WIRE_OLD_CLOSE },
};

/* WORD may be NULL. */
static int read_framing(const char *word, enum wire_framing *ret)
{
	for (size_t at = 0; at < sizeof framings / sizeof framings[0]; at++) {
		if (word && strcmp(word, framings[at].word) != 0)
			continue;
		*ret = framings[at].framing;
		return COMMAND_GO_ON;
	}
	log_error("an export is not framed by '%s' (one of: " FRAMING_WORDS ")", word);
	return EXIT_USAGE;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	struct xapi_serve_options options = { .longest_event_wait_ns = LONGEST_EVENT_WAIT_NS };
	typeof(xapi_serve) *serve;
	size_t count;
	int code = command_line_parse(line, argc, argv, &values, &count);

	if (code != COMMAND_GO_ON)
		return code;
	if (values.longest_event_wait &&
		duration_parse(values.longest_event_wait, &options.longest_event_wait_ns) < 0) {
		log_error("'%s' is no time (try 30s)", values.longest_event_wait);
		return EXIT_USAGE;
	}
	options.nbd = values.nbd;
	code = read_framing(values.framing, &options.export_framing);
	if (code != COMMAND_GO_ON)
		return code;
	options.pool_path = argv[1];
	options.state_folder = values.state;
	options.addresses = values.listen.texts;
	options.address_count = values.listen.count;
	options.faults = values.fault.texts;
	options.fault_count = values.fault.count;
	serve = XAPI_MODULE(xapi_serve);
	return serve ? serve(&options) : EXIT_RIG;
}

#define AT(field) .offset = offsetof(struct values, field)

static const struct command_option options[] = {
	{ "listen", "ADDRESS...",
		"127.0.0.1:PORT, [::1]:PORT or unix:PATH (default 127.0.0.1:0, any "
		"port)",
		COMMAND_TEXT, AT(listen) },
	{ "fault", "RULE...", "a rule to arm at the rig of the first disk", COMMAND_RULE, NULL,
		AT(fault) },
	{ "state", "DIR", "the folder for the pool's state (default POOL.yaml.snaprig)",
		COMMAND_FOLDER, AT(state) },
	{ "longest-event-wait", "TIME", "how long event.from waits at most (default 30s)",
		COMMAND_TIME, AT(longest_event_wait) },
	{ "nbd", "ADDRESS", "also serve disks over NBD: 127.0.0.1:PORT; port 0 is any port",
		COMMAND_TEXT, AT(nbd) },
	{ "export-framing", "HOW",
		"how the body of an export ends: chunked (the default), length, close, or "
		"old-close (like XenServer: at the end of an HTTP/1.0 connection)",
		COMMAND_CHOICE, FRAMING_WORDS, AT(framing) },
	{ 0 },
};

const struct command_line xapi_serve_action = {
	.name = "xapi serve",
	.summary = "serve a pool to Xen Orchestra",
	.operands = { { "POOL.yaml", COMMAND_FILE, NULL, NULL } },
	.options = options,
	.about = "Serves the pool in POOL.yaml over plain HTTP, as a XenServer would: JSON-RPC at "
		 "/jsonrpc,\n"
		 "exports and imports of disks.  Each disk is a rig with profile xen, which ends "
		 "with the\n"
		 "server.  When it is ready, prints a line \"listening on URL\" for each address, "
		 "and\n"
		 "notifies systemd if that is waiting.",
	.examples = "  snaprig xapi serve pool.yaml --listen 127.0.0.1:8080\n"
		    "  snaprig xapi serve pool.yaml \\\n"
		    "      --fault 'xapi.call method=VM.snapshot reply=SR_BACKEND_FAILURE_44 "
		    "times=1'\n",
	.exits = "  0    ended by SIGTERM, SIGINT or SIGHUP\n"
		 "  2    the command line, POOL.yaml or an address is wrong\n"
		 "  4    a rig or the machine failed\n",
	.run = run,
};
