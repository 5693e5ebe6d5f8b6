/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/log.h"
#include "simfs/control/commands_internal.h"

/* ---- the rules ---- */

void commands_run_fault_add(struct control_request *request, void *context)
{
	char message[RULE_MESSAGE_BYTES];
	struct volume *volume;
	const char *rule;
	uint64_t id;

	if (!commands_volume(context, request, &volume) || !commands_text(request, "rule", &rule))
		return;

	int error = volume_fault_add(volume, rule, &id, message);

	if (error < 0)
		control_request_refuse(request, error, "cannot add the fault: %s", message);
	else
		commands_rules_changed(context, request, json_pack("{s:I}", "id", (json_int_t)id));
}

void commands_run_fault_list(struct control_request *request, void *context)
{
	struct volume *volume;

	if (commands_volume(context, request, &volume))
		control_request_answer(
			request, json_pack("{s:o}", "faults", volume_fault_list(volume)));
}

void commands_run_fault_remove(struct control_request *request, void *context)
{
	struct volume *volume;
	const char *fault;

	if (!commands_volume(context, request, &volume) || !commands_text(request, "fault", &fault))
		return;
	if (volume_fault_remove(volume, fault) < 0)
		commands_refuse_fault(request, volume, fault);
	else
		commands_rules_changed(context, request, NULL);
}

void commands_run_fault_clear(struct control_request *request, void *context)
{
	struct volume *volume;

	if (commands_volume(context, request, &volume))
		commands_rules_changed(context, request,
			json_pack("{s:i}", "removed", (int)volume_fault_clear(volume)));
}

void commands_run_fault_release(struct control_request *request, void *context)
{
	struct commands *commands = context;
	struct volume *volume;

	if (!commands_volume(commands, request, &volume))
		return;
	commands->releases++;
	commands_rules_changed(commands, request,
		json_pack("{s:i}", "released", (int)volume_fault_release(volume)));
}

void commands_run_phase_set(struct control_request *request, void *context)
{
	struct volume *volume;
	const char *phase;

	if (!commands_volume(context, request, &volume) || !commands_text(request, "phase", &phase))
		return;
	if (volume_phase_set(volume, phase) < 0)
		control_request_refuse(request, -EINVAL, "a phase's name has at most %d bytes",
			RULE_NAME_BYTES - 1);
	else
		commands_rules_changed(context, request, NULL);
}

/* ---- commands that faults strike ---- */

struct struck_command {
	struct control_request *request;
	void *context;
	struct volume_moment moment;
};

static void go(struct volume_moment *moment, int result)
{
	struct struck_command *struck = CONTAINER_OF(moment, struct struck_command, moment);
	struct control_request *request = struck->request;
	void *context = struck->context;

	free(struck);
	if (result == 0 && control_connection_has_left(request->connection))
		control_request_refuse(request, -ECANCELED, "the caller is gone");
	else if (result < 0)
		control_request_refuse(request, result, "a fault struck '%s': %s",
			request->command->name, error_text(result));
	else
		request->command->act(request, context);
}

void commands_run_struck(struct control_request *request, void *context)
{
	struct volume *volume;
	struct struck_command *struck;

	if (!commands_volume(context, request, &volume))
		return;
	struck = calloc(1, sizeof *struck);
	if (!struck) {
		control_request_refuse(request, -ENOMEM, "out of memory");
		return;
	}
	struck->request = request;
	struck->context = context;
	struck->moment.go = go;
	volume_command(volume, &struck->moment);
}
