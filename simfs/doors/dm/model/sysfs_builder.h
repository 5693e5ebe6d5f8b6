/* SPDX-License-Identifier: Apache-2.0 */
/* sysfs_builder.h - a view of sysfs (sysfs.h) grows, an entry at a time. */
#ifndef SNAPRIG_DOORS_DM_MODEL_SYSFS_BUILDER_H
#define SNAPRIG_DOORS_DM_MODEL_SYSFS_BUILDER_H

#include "simfs/doors/dm/model/sysfs.h"

/* An entry more, or a note (-ENOMEM) that there was no memory. */
struct dm_sysfs_builder {
	struct dm_sysfs view;
	int error;
};

__attribute__((format(printf, 2, 3))) void dm_sysfs_add_folder(
	struct dm_sysfs_builder *builder, const char *format, ...);

/* FOLDER/NAME holds, or leads to, what is formatted. */
__attribute__((format(printf, 5, 6))) void dm_sysfs_add_text(struct dm_sysfs_builder *builder,
	enum dm_sysfs_kind kind, const char *folder, const char *name, const char *format, ...);

#endif
