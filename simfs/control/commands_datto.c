/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands_datto.c - datto.ctl and datto.file_system.
 *
 * datto.ctl		{"words": ["destroy", "0"]}, answered with {exit, stdout, stderr}
 * datto.file_system	{"mounted": false}
 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/control/commands_internal.h"
#include "simfs/volume/datto/dbdctl.h"

#define WORDS_MAX 16

struct running {
	struct control_request *request;
	struct datto_command command;
};

static void refuse_profile(struct control_request *request, struct volume *volume)
{
	control_request_refuse(
		request, -EOPNOTSUPP, "profile '%s' has no dattobd", volume_profile(volume)->name);
}

static void answer(struct control_request *request, const struct dbdctl_answer *answer)
{
	control_request_answer(request,
		json_pack("{s:i, s:s, s:s}", "exit", answer->exit, "stdout",
			answer->prints_usage ? dbdctl_usage : "", "stderr", answer->error));
}

static void ctl_done(struct datto_command *command, int result)
{
	struct running *running = CONTAINER_OF(command, struct running, command);
	struct control_request *request = running->request;
	struct dbdctl_answer said;

	if (result == -EOPNOTSUPP) {
		refuse_profile(request, command->volume);
	} else {
		dbdctl_answer(result, &said);
		answer(request, &said);
	}
	free(running);
}

static void file_system_done(struct datto_command *command, int result)
{
	struct running *running = CONTAINER_OF(command, struct running, command);

	if (result == -EOPNOTSUPP)
		refuse_profile(running->request, command->volume);
	else if (result < 0)
		control_request_refuse(running->request, result, "the file system is %s already",
			command->ioctl == DATTO_MOUNT ? "mounted" : "unmounted");
	else
		control_request_answer(running->request, NULL);
	free(running);
}

static struct running *running_new(struct control_request *request)
{
	struct running *running = calloc(1, sizeof *running);

	if (!running)
		control_request_refuse(request, -ENOMEM, "out of memory");
	else
		running->request = request;
	return running;
}

/*
 * Reads the words of REQUEST, which keeps them.  Returns their number, or -1 after refusing
 * REQUEST.
 */
static int words_read(struct control_request *request, const char *words[WORDS_MAX])
{
	json_t *array = json_object_get(request->arguments, "words");
	int count = (int)json_array_size(array);

	for (int i = 0; i < count && i < WORDS_MAX; i++) {
		words[i] = json_string_value(json_array_get(array, (size_t)i));
		if (!words[i])
			count = -1;
	}
	if (json_is_array(array) && count >= 0 && count <= WORDS_MAX)
		return count;
	control_request_refuse(request, -EINVAL,
		"argument 'words' must be a list of at most %d "
		"strings",
		WORDS_MAX);
	return -1;
}

void commands_run_datto_ctl(struct control_request *request, void *context)
{
	const char *words[WORDS_MAX];
	struct dbdctl_answer said;
	struct volume *volume;
	struct running *running;

	if (!commands_volume(context, request, &volume))
		return;

	int count = words_read(request, words);

	if (count < 0 || !(running = running_new(request)))
		return;
	running->command.done = ctl_done;
	if (dbdctl_parse(count, words, &running->command, &said)) {
		volume_datto_ioctl(volume, &running->command);
		return;
	}
	answer(request, &said);
	free(running);
}

void commands_run_datto_file_system(struct control_request *request, void *context)
{
	struct volume *volume;
	struct running *running;
	bool mounted = true;

	if (!commands_volume(context, request, &volume) ||
		!commands_optional_bool(request, "mounted", &mounted) ||
		!(running = running_new(request)))
		return;
	running->command.ioctl = mounted ? DATTO_MOUNT : DATTO_UNMOUNT;
	running->command.done = file_system_done;
	volume_datto_ioctl(volume, &running->command);
}
