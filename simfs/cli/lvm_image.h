/* SPDX-License-Identifier: Apache-2.0 */
/* lvm_image.h - snaprig lvm IMAGE: a rig for the lifetime of the world. */
#ifndef SNAPRIG_CLI_LVM_IMAGE_H
#define SNAPRIG_CLI_LVM_IMAGE_H

#include <stddef.h>

/*
 * Mounts IMAGE with profile lvm on a temporary folder, in a mount namespace of its own, and runs
 * `snaprig lvm` with that folder and the COUNT words in WORDS (options, "--" and the command).
 * Returns the exit code of that, or of mounting.
 */
int lvm_image_run(const char *image, char *const *words, size_t count);

#endif
