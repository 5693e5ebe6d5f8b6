/* SPDX-License-Identifier: Apache-2.0 */
/* xapi_call.c - snaprig xapi call URL METHOD [ARGUMENT ...]: a single call of XAPI. */
#include <stddef.h>

#include "scenarios/clients/reference_xapi_by_hand.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/xapi_module.h"
#include "simfs/cli/command_table.h"

static int run(const struct command_line *line, int argc, char **argv)
{
	typeof(xapi_by_hand) *by_hand;
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, NULL, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	by_hand = XAPI_MODULE(xapi_by_hand);
	return by_hand ? by_hand(argv[1], argv[2], argv + 3, count - 2) : EXIT_RIG;
}

const struct command_line xapi_call_action = {
	.name = "xapi call",
	.summary = "call a method of a pool by hand, as with xe",
	.operands = { { "URL", COMMAND_TEXT, NULL, NULL }, { "METHOD", COMMAND_TEXT, NULL, NULL },
		{ "[ARGUMENT ...]", COMMAND_TEXT, NULL, NULL } },
	.takes_words = true,
	.about = "Logs in at http://USER:PASSWORD@HOST:PORT, calls METHOD, and prints the answer: "
		 "strings\n"
		 "as plain text, anything else as JSON.  An ARGUMENT is JSON or text.  CLASS:NAME, "
		 "also as\n"
		 "a value in an object, stands for the reference of the only object with that name "
		 "or\n"
		 "uuid; snapshots do not count.",
	.examples = "  snaprig xapi call http://root:secret@127.0.0.1:8080 SR.scan SR:local\n"
		    "  snaprig xapi call http://root:secret@127.0.0.1:8080 "
		    "VM.set_has_vendor_device VM:web false\n",
	.exits = "  0    done\n"
		 "  1    the pool does not answer, the call failed, or there is no such object\n"
		 "  2    the command line is wrong\n"
		 "  4    the XAPI module cannot be loaded\n",
	.run = run,
};
