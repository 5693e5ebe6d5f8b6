/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_words.h - the command line of `snaprig mount` with the options of -o written out.
 *
 * mount(8) and fstab only know -o, so any option of the command may be given there: `-o
 * profile=datto,durable,ro` is `--profile=datto --durable -o ro`.  Options for mount(8) or systemd
 * (noauto, nofail, x-systemd.automount ...) are dropped.
 *
 * Options are separated by commas.  A comma within double quotes, or after a backslash, belongs to
 * the value.  Quotes around a whole value are removed.
 */
#ifndef SNAPRIG_CLI_MOUNT_WORDS_H
#define SNAPRIG_CLI_MOUNT_WORDS_H

#include <stddef.h>

#include "simfs/base/command_line.h"

struct mount_words {
	int argc;
	char **argv; /* ends with NULL */
	char **made; /* the words allocated here */
	size_t made_count;
};

/*
 * Fills RET from ARGV, whose words must outlive it.  Returns 0, or -EINVAL after a message about an
 * option that neither LINE nor FUSE knows.  mount_words_deinit() must be called in either case.
 */
int mount_words_init(
	const struct command_line *line, int argc, char **argv, struct mount_words *ret);

void mount_words_deinit(struct mount_words *words);

#endif
