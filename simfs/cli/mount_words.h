/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_words.h - the command line of `snaprig mount` with what -o says written out.
 *
 * mount(8) and fstab know -o and nothing else, so each option of the command may stand there:
 * `-o profile=datto,durable,ro` is `--profile=datto --durable -o ro`.  What is for mount(8) or
 * systemd (noauto, nofail, x-systemd.automount ...) is dropped.
 *
 * Options have commas between them; one within double quotes, or behind a backslash, belongs to
 * the value.  Quotes around a whole value are taken off.
 */
#ifndef SNAPRIG_CLI_MOUNT_WORDS_H
#define SNAPRIG_CLI_MOUNT_WORDS_H

#include <stddef.h>

#include "simfs/base/command_line.h"

struct mount_words {
	int argc;
	char **argv; /* ends with NULL */
	char **made; /* those that are ours */
	size_t made_count;
};

/*
 * Fills RET from ARGV, whose words must outlive it: 0, or -EINVAL after a message about an
 * option that LINE and FUSE do not know.  Either way mount_words_deinit() ends it.
 */
int mount_words_init(
	const struct command_line *line, int argc, char **argv, struct mount_words *ret);

void mount_words_deinit(struct mount_words *words);

#endif
