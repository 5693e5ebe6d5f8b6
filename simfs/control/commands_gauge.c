/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "simfs/base/sizes.h"
#include "simfs/control/commands_internal.h"

/* ---- pressure ---- */

static void pressure_settled(void *context, int result, const char *why)
{
	struct commands *commands = context;
	struct control_request *request = commands->press_request;

	commands->press_request = NULL;
	if (result < 0) {
		control_request_refuse(request, result, "%s", why);
		return;
	}
	volume_memory_from(commands->volume, pressure_source(commands->pressure));
	control_request_answer(
		request, commands_gauge_reading(commands->volume, GAUGE_MEMORY_USED));
}

static void pressure_ended(void *context)
{
	struct commands *commands = context;
	struct control_request *request = commands->release_request;

	commands->release_request = NULL;
	if (commands->volume)
		volume_memory_from(commands->volume, NULL);
	if (!request)
		return;
	if (commands->volume)
		control_request_answer(
			request, commands_gauge_reading(commands->volume, GAUGE_MEMORY_USED));
	else
		control_request_answer(request, NULL);
}

int commands_create_pressure(struct commands *commands, struct ring *ring)
{
	const struct pressure_events events = {
		.settled = pressure_settled,
		.ended = pressure_ended,
		.context = commands,
	};

	return pressure_create(ring, &events, &commands->pressure);
}

static void press(struct commands *commands, struct control_request *request, enum gauge gauge,
	uint64_t value, const char *size)
{
	uint64_t size_bytes = PRESSURE_SIZE_DEFAULT_BYTES;
	char message[PRESSURE_MESSAGE_BYTES], hint[64];
	int error;

	if (gauge != GAUGE_MEMORY_USED) {
		control_request_refuse(request, -EINVAL,
			"gauge '%s' cannot be pressed for real (memory.used can)",
			gauge_at(gauge)->name);
		return;
	}
	if (size && size_parse(size, &size_bytes) < 0) {
		control_request_refuse(request, -EINVAL, "cannot read size '%s' (try %s)", size,
			size_hint(size, hint, sizeof hint));
		return;
	}
	error = pressure_begin(commands->pressure, size_bytes, value, message);
	if (error < 0) {
		control_request_refuse(request, error, "%s", message);
		return;
	}
	/* A gauge that is real must not be feigned too. */
	if (volume_gauges(commands->volume)->is_feigned[gauge])
		volume_gauge_release(commands->volume, gauge);
	commands->press_request = request;
}

/* ---- the commands ---- */

void commands_run_gauge_set(struct control_request *request, void *context)
{
	struct commands *commands = context;
	const char *size = NULL;
	struct volume *volume;
	enum gauge gauge;
	uint64_t value;
	bool real = false;

	if (!commands_volume(commands, request, &volume) || !commands_gauge(request, &gauge) ||
		!commands_gauge_value(request, gauge, "value", &value) ||
		!commands_optional_bool(request, "real", &real) ||
		!commands_optional_text(request, "size", &size))
		return;
	if (real) {
		press(commands, request, gauge, value, size);
		return;
	}
	if (size) {
		control_request_refuse(
			request, -EINVAL, "a size needs real memory pressure (try --real)");
		return;
	}
	volume_gauge_feign(volume, gauge, value);
	control_request_answer(request, commands_gauge_reading(volume, gauge));
}

void commands_run_gauge_release(struct control_request *request, void *context)
{
	struct commands *commands = context;
	struct volume *volume;
	enum gauge gauge;

	if (!commands_volume(commands, request, &volume) || !commands_gauge(request, &gauge))
		return;
	if (gauge == GAUGE_MEMORY_USED && !pressure_is_idle(commands->pressure)) {
		if (commands->release_request) {
			control_request_refuse(
				request, -EBUSY, "the memory is being released already");
			return;
		}
		commands->release_request = request;
		volume_gauge_release(volume, gauge);
		pressure_end(commands->pressure);
		return;
	}
	volume_gauge_release(volume, gauge);
	control_request_answer(request, commands_gauge_reading(volume, gauge));
}
