/* SPDX-License-Identifier: Apache-2.0 */
/* sysfs_builder.h - builds a view of sysfs (sysfs.h), an entry at a time. */
#ifndef SNAPRIG_DOORS_DM_MODEL_SYSFS_BUILDER_H
#define SNAPRIG_DOORS_DM_MODEL_SYSFS_BUILDER_H

#include "simfs/doors/dm/model/sysfs.h"

/* Each call adds an entry, or sets `error' to -ENOMEM. */
struct dm_sysfs_builder {
	struct dm_sysfs view;
	int error;
};

__attribute__((format(printf, 2, 3))) void dm_sysfs_add_folder(
	struct dm_sysfs_builder *builder, const char *format, ...);

/* The content of file FOLDER/NAME, or the target of that link, is formatted. */
__attribute__((format(printf, 5, 6))) void dm_sysfs_add_text(struct dm_sysfs_builder *builder,
	enum dm_sysfs_kind kind, const char *folder, const char *name, const char *format, ...);

#endif
