/* SPDX-License-Identifier: Apache-2.0 */
/*
 * extension.h - what an imitated system has besides snapshots: a driver with its own commands
 * and state, or services that take part.
 *
 * A subject below volume/ fills one table, and extension.c lists it. The core calls the hooks
 * of the table and knows nothing else about the subject. All hooks are optional.
 */
#ifndef SNAPRIG_VOLUME_EXTENSION_H
#define SNAPRIG_VOLUME_EXTENSION_H

#include <stdbool.h>
#include <stdint.h>

struct snapshot;
struct snapshot_create;
struct volume;

struct volume_extension {
	/* Present under profiles whose `driver` has this name; NULL: under all. */
	const char *driver;

	/* ---- the volume's life ---- */

	/* Before the state is read: 0, or -errno after a message. */
	int (*open)(struct volume *volume);

	/* Frees everything; its operations have ended, or the backend has dropped them. */
	void (*close)(struct volume *volume);

	/* Starts no more work of its own, so that it becomes idle. */
	void (*stop)(struct volume *volume);
	bool (*idle)(const struct volume *volume);

	/* When to call tick(), on the rig's clock; UINT64_MAX: never. An early tick has no
	 * effect. */
	uint64_t (*due_ns)(const struct volume *volume);
	void (*tick)(struct volume *volume);

	/* ---- for a driver ---- */

	/* Whether the driver does not trace SNAPSHOT now: nothing is preserved for it, and it
	 * cannot be read. */
	bool (*is_dormant)(const struct snapshot *snapshot);

	/* SNAPSHOT is full. Returns whether its limit, in its store's facts, has been raised. */
	bool (*expand)(struct snapshot *snapshot);

	/* Whether a snapshot can be taken now: 0, or the result of snapshot_refuse(). COUNT
	 * is the number of snapshots, and of devices that occupy the place of one. */
	int (*place_check)(struct snapshot_create *create, unsigned *count);

	/* The name of the file in .snaprig with its state, and a function that returns its
	 * text, which the caller frees; NULL without memory. */
	const char *info_name;
	char *(*info)(struct volume *volume);
};

extern const struct volume_extension extension_writers;
extern const struct volume_extension extension_datto;
extern const struct volume_extension extension_lvm;

/* The driver's info_name for VOLUME's profile, or NULL; and its text, or NULL. */
const char *volume_info_name(const struct volume *volume);
char *volume_info(struct volume *volume);

/* ---- of volume/ ---- */

int extensions_open(struct volume *volume);

/* May be called even if none or only some were opened. */
void extensions_close(struct volume *volume);
void extensions_stop(struct volume *volume);
bool extensions_idle(const struct volume *volume);
uint64_t extensions_due_ns(const struct volume *volume);
void extensions_tick(struct volume *volume);

#endif
