/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/lvm_image.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "simfs/base/captive.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/machine.h"
#include "simfs/cli/mount_background.h"
#include "simfs/cli/mount_captive.h"
#include "simfs/cli/mount_places.h"
#include "simfs/cli/mount_temporary.h"
#include "simfs/cli/mount_values.h"
#include "simfs/daemon.h"

static int mount_with(const char *image, const char *mount_point, char *const *command)
{
	const struct mount_values values = { .profile = "lvm" };
	struct background background = { .ready_fd = -1, .null_fd = -1 };
	struct daemon_options daemon;
	AUTO(mount_places_deinit) struct mount_places places;
	int code = mount_places_find(image, mount_point, NULL, &places);

	if (code == EXIT_MET)
		code = mount_places_check(&places, NULL);
	if (code == EXIT_MET && mount_values_read(&values, &daemon) < 0)
		code = EXIT_USAGE;
	if (code != EXIT_MET)
		return code;
	daemon.image = places.image;
	daemon.mount_point = places.mount_point;
	daemon.state_folder = places.state_folder;
	daemon.in_background = true;
	daemon.ready = background_ready;
	daemon.context = &background;
	return mount_captive_run(&daemon, &background, command);
}

/* The mount is only for the world, and disappears with it, whichever process is killed. */
static int mount_apart(void)
{
	if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) == 0)
		return EXIT_MET;
	log_error_code(-errno, "cannot make a mount namespace");
	return EXIT_SKIPPED;
}

int lvm_image_run(const char *image, char *const *words, size_t count)
{
	static char program[] = "/proc/self/exe", name[] = "lvm";
	AUTO(auto_free) char **command = calloc(count + 4, sizeof *command);
	struct mount_temporary temporary;
	const char *why;
	int code;

	if (!command) {
		log_error("out of memory");
		return EXIT_RIG;
	}
	if (!machine_can_serve(&why)) {
		log_error("cannot mount: %s", why);
		return EXIT_SKIPPED;
	}
	code = mount_apart();
	if (code != EXIT_MET)
		return code;
	captive_begin();
	code = mount_temporary_make(image, NULL, NULL, &temporary);
	if (code == EXIT_MET) {
		command[0] = program;
		command[1] = name;
		command[2] = temporary.mount_point;
		memcpy(command + 3, words, count * sizeof *words);
		code = mount_with(image, temporary.mount_point, command);
	}
	mount_temporary_deinit(&temporary);
	return code;
}
