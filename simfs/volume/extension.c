/* SPDX-License-Identifier: Apache-2.0 */
/* extension.c - the extensions of a volume, called one after the other. */
#include "simfs/volume/extension.h"

#include <string.h>

#include "simfs/volume/core.h"

static const struct volume_extension *const extensions[] = {
	&extension_writers,
	&extension_datto,
	&extension_lvm,
};

#define EXTENSION_COUNT (sizeof extensions / sizeof extensions[0])

/* VOLUME's next extension from *AT on; NULL after the last. */
static const struct volume_extension *next(const struct volume *volume, size_t *at)
{
	while (*at < EXTENSION_COUNT) {
		const struct volume_extension *extension = extensions[(*at)++];

		if (!extension->driver || extension == volume->driver)
			return extension;
	}
	return NULL;
}

static const struct volume_extension *find_driver(const char *name)
{
	static const struct volume_extension none;

	for (size_t i = 0; name && i < EXTENSION_COUNT; i++) {
		if (extensions[i]->driver && strcmp(extensions[i]->driver, name) == 0)
			return extensions[i];
	}
	return &none;
}

int extensions_open(struct volume *volume)
{
	const struct volume_extension *extension;
	int error = 0;

	volume->driver = find_driver(volume->options.profile->driver);
	for (size_t at = 0; error == 0 && (extension = next(volume, &at));) {
		if (extension->open)
			error = extension->open(volume);
	}
	return error;
}

void extensions_close(struct volume *volume)
{
	const struct volume_extension *extension;

	for (size_t at = 0; (extension = next(volume, &at));) {
		if (extension->close)
			extension->close(volume);
	}
}

void extensions_stop(struct volume *volume)
{
	const struct volume_extension *extension;

	for (size_t at = 0; (extension = next(volume, &at));) {
		if (extension->stop)
			extension->stop(volume);
	}
}

bool extensions_idle(const struct volume *volume)
{
	const struct volume_extension *extension;

	for (size_t at = 0; (extension = next(volume, &at));) {
		if (extension->idle && !extension->idle(volume))
			return false;
	}
	return true;
}

uint64_t extensions_due_ns(const struct volume *volume)
{
	const struct volume_extension *extension;
	uint64_t first_ns = UINT64_MAX;

	for (size_t at = 0; (extension = next(volume, &at));) {
		uint64_t due_ns = extension->due_ns ? extension->due_ns(volume) : UINT64_MAX;

		first_ns = due_ns < first_ns ? due_ns : first_ns;
	}
	return first_ns;
}

void extensions_tick(struct volume *volume)
{
	const struct volume_extension *extension;

	for (size_t at = 0; (extension = next(volume, &at));) {
		if (extension->tick)
			extension->tick(volume);
	}
}

const char *volume_info_name(const struct volume *volume)
{
	return volume->driver->info_name;
}

char *volume_info(struct volume *volume)
{
	return volume->driver->info ? volume->driver->info(volume) : NULL;
}
