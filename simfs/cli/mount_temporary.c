/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/mount_temporary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "scenarios/base/files.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/temporary.h"
#include "simfs/cli/create.h"

static int make_folder(struct mount_temporary *temporary)
{
	int error = temporary_folder_make(temporary_parent(), &temporary->folder);

	if (error < 0) {
		log_error_of(error,
			"cannot make a folder in '%s': %s (set TMPDIR to use another place)",
			temporary_parent(), error_text(error));
		return EXIT_RIG;
	}
	if (asprintf(&temporary->image, "%s/volume.img", temporary->folder) < 0)
		temporary->image = NULL;
	if (asprintf(&temporary->mount_point, "%s/mnt", temporary->folder) < 0)
		temporary->mount_point = NULL;
	if (temporary->folder && temporary->image && temporary->mount_point)
		return EXIT_MET;
	log_error("out of memory");
	return EXIT_RIG;
}

int mount_temporary_make(
	const char *image, const char *size, const char *point, struct mount_temporary *ret)
{
	int code;

	*ret = (struct mount_temporary){ 0 };
	if (image && point)
		return EXIT_MET;
	code = make_folder(ret);
	if (code == EXIT_MET && !image)
		code = create_image(ret->image, size);
	if (code == EXIT_MET && !point && mkdir(ret->mount_point, 0700) < 0) {
		log_error_code(-errno, "cannot make folder '%s'", ret->mount_point);
		code = EXIT_RIG;
	}
	return code;
}

void mount_temporary_deinit(struct mount_temporary *temporary)
{
	if (temporary->folder)
		folder_remove(temporary->folder);
	free(temporary->folder);
	free(temporary->image);
	free(temporary->mount_point);
}
