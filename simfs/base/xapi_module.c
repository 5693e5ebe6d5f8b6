/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/xapi_module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/log.h"

/* Relative to the folder of the program. */
static const char *const places[] = { "xapi.so", "../lib/snaprig/xapi.so" };

#define PLACES (sizeof places / sizeof places[0])

/* Writes the path of PLACE, relative to the program, to PATH of PATH_MAX bytes. */
static void path_of(const char *place, char *path)
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *name;

	path[length < 0 ? 0 : length] = '\0';
	name = strrchr(path, '/');
	name = name ? name + 1 : path;
	snprintf(name, (size_t)(path + PATH_MAX - name), "%s", place);
}

/* Returns NULL after a message. */
static void *load(void)
{
	char path[PATH_MAX];
	void *module;

	for (size_t i = 0; i < PLACES; i++) {
		path_of(places[i], path);
		if (access(path, F_OK) < 0)
			continue;
		module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
		if (!module)
			log_error("cannot load the XAPI module: %s (is libcurl or libmicrohttpd "
				  "missing, or is it of another build?)",
				dlerror());
		return module;
	}
	log_error("the XAPI module is missing: '%s', or '%s' beside the program (make install "
		  "brings it)",
		path, places[0]);
	return NULL;
}

void *xapi_module_find(const char *name)
{
	static void *module;
	void *function;

	if (!module)
		module = load();
	if (!module)
		return NULL;
	function = dlsym(module, name);
	if (!function)
		log_error("the XAPI module is from another build: %s", dlerror());
	return function;
}
