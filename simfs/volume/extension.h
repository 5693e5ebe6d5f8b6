/* SPDX-License-Identifier: Apache-2.0 */
/*
 * extension.h - what a system has beside its snapshots: a driver with commands and a state of its
 * own, or services that take part.
 *
 * A subject below volume/ fills one table, and extension.c lists it.  The core calls what the
 * table has and knows nothing else of the subject.  All hooks are optional.
 */
#ifndef SNAPRIG_VOLUME_EXTENSION_H
#define SNAPRIG_VOLUME_EXTENSION_H

#include <stdbool.h>
#include <stdint.h>

struct snapshot;
struct snapshot_create;
struct volume;

struct volume_extension {
	/* It is there under the profiles that name it as their `driver`; NULL: under all. */
	const char *driver;

	/* ---- the volume's life ---- */

	/* Before the state is read: 0, or -errno after a message. */
	int (*open)(struct volume *volume);

	/* Frees what it has; nothing of it is under way any more, or all of it was dropped. */
	void (*close)(struct volume *volume);

	/* Starts nothing more of itself, so that it becomes idle. */
	void (*stop)(struct volume *volume);
	bool (*idle)(const struct volume *volume);

	/* When it has to be ticked, on the rig's clock; UINT64_MAX: never.  A tick that comes
	 * earlier does nothing. */
	uint64_t (*due_ns)(const struct volume *volume);
	void (*tick)(struct volume *volume);

	/* ---- of a driver ---- */

	/* Whether the driver does not trace SNAPSHOT now: nothing is preserved for it, and it
	 * cannot be read. */
	bool (*is_dormant)(const struct snapshot *snapshot);

	/* SNAPSHOT is full: whether its limit, in the facts of its store, is higher now. */
	bool (*expand)(struct snapshot *snapshot);

	/* Whether a snapshot can be taken just now: 0, or what snapshot_refuse() returned.
	 * COUNT is of those that are there, and of the devices that take a snapshot's place. */
	int (*place_check)(struct snapshot_create *create, unsigned *count);

	/* The file in .snaprig that tells its state, and the text of that, to free(); NULL
	 * without memory. */
	const char *info_name;
	char *(*info)(struct volume *volume);
};

extern const struct volume_extension extension_writers;
extern const struct volume_extension extension_datto;
extern const struct volume_extension extension_lvm;

/* The info_name of the driver of VOLUME's profile, or NULL; and its text, or NULL. */
const char *volume_info_name(const struct volume *volume);
char *volume_info(struct volume *volume);

/* ---- of volume/ ---- */

int extensions_open(struct volume *volume);

/* Also when not all of them, or none, were opened. */
void extensions_close(struct volume *volume);
void extensions_stop(struct volume *volume);
bool extensions_idle(const struct volume *volume);
uint64_t extensions_due_ns(const struct volume *volume);
void extensions_tick(struct volume *volume);

#endif
