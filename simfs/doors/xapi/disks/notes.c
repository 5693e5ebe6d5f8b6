/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/disks/notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/doors/xapi/disks/names.h"

#define DISK_PREFIX  "disk "
#define KNOWN_PREFIX "known "

/* ---- disks ---- */

void note_disk(struct disk *disk)
{
	AUTO(auto_free) char *key = heap_format(DISK_PREFIX "%s", disk->key);

	pool_note_set(disk->disks->pool, key,
		json_pack("{s:s, s:b, s:o}", "sr", disk->sr->uuid, "is_made", (int)disk->is_made,
			"names", json_deep_copy(disk->names)));
}

void note_no_disk(struct disks *disks, const char *key)
{
	AUTO(auto_free) char *note = heap_format(DISK_PREFIX "%s", key);

	pool_note_set(disks->pool, note, NULL);
}

bool note_has_disk(struct disks *disks, const char *key)
{
	AUTO(auto_free) char *note = heap_format(DISK_PREFIX "%s", key);
	bool is_noted;

	pool_lock(disks->pool);
	is_noted = pool_note(disks->pool, note) != NULL;
	pool_unlock(disks->pool);
	return is_noted;
}

json_t *note_names(struct disks *disks, const char *key)
{
	AUTO(auto_free) char *note = heap_format(DISK_PREFIX "%s", key);
	json_t *names = json_object(), *noted, *entry;
	const char *uuid;

	pool_lock(disks->pool);
	noted = json_object_get(pool_note(disks->pool, note), "names");
	json_object_foreach(noted, uuid, entry)
	{
		if (kind_in(noted, uuid) && name_in(noted, uuid) && strlen(uuid) < POOL_UUID_BYTES)
			json_object_set_new(names, uuid, json_deep_copy(entry));
	}
	pool_unlock(disks->pool);
	return names;
}

/* The key of the disk in note NAME; NULL if it is another note. */
static const char *key_of(const char *name)
{
	size_t length = strlen(DISK_PREFIX);

	return strncmp(name, DISK_PREFIX, length) == 0 ? name + length : NULL;
}

bool note_has_vdi(struct disks *disks, const char *uuid)
{
	json_t *notes, *note;
	const char *name;
	bool has = false;

	pool_lock(disks->pool);
	notes = pool_notes(disks->pool);
	pool_unlock(disks->pool);
	json_object_foreach(notes, name, note)
	{
		const char *key = key_of(name);

		has = has ||
		      (key && (strcmp(key, uuid) == 0 ||
				      json_object_get(json_object_get(note, "names"), uuid)));
	}
	json_decref(notes);
	return has;
}

struct noted *notes_of_made(struct disks *disks, size_t *ret_count)
{
	struct noted *made = NULL;
	json_t *notes, *note;
	const char *name;
	size_t count = 0;

	pool_lock(disks->pool);
	notes = pool_notes(disks->pool);
	json_object_foreach(notes, name, note)
	{
		const char *key = key_of(name);
		const char *sr = json_string_value(json_object_get(note, "sr"));
		struct repository *found = sr ? repository_find(disks, sr) : NULL;

		if (!key || !found || !json_is_true(json_object_get(note, "is_made")))
			continue;
		made = heap_grow(made, count, sizeof *made);
		snprintf(made[count].key, sizeof made[count].key, "%s", key);
		made[count].sr = found;
		made[count++].has_leaf = pool_find_uuid(disks->pool, POOL_CLASS_VDI, key) != NULL;
	}
	pool_unlock(disks->pool);
	json_decref(notes);
	*ret_count = count;
	return made;
}

/* ---- POOL.yaml ---- */

bool was_destroyed(struct disks *disks, enum pool_class class, const char *uuid)
{
	AUTO(auto_free) char *note = heap_format(KNOWN_PREFIX "%s", uuid);
	bool is_known, is_there;

	pool_lock(disks->pool);
	is_known = pool_note(disks->pool, note) != NULL;
	is_there = pool_find_uuid(disks->pool, class, uuid) != NULL;
	pool_note_set(disks->pool, note, json_string(pool_class_name(class)));
	pool_unlock(disks->pool);
	return is_known && !is_there;
}

static bool is_in_config(const struct pool_config *config, const char *key)
{
	for (size_t i = 0; i < config->vm_count; i++)
		for (size_t k = 0; k < config->vms[i].disk_count; k++) {
			AUTO(auto_free)
			char *its = heap_format(
				"%s.%s", config->vms[i].name, config->vms[i].disks[k].name);

			if (strcmp(its, key) == 0)
				return true;
		}
	return false;
}

void notes_drop_strangers(struct disks *disks)
{
	json_t *notes, *note;
	const char *name;

	pool_lock(disks->pool);
	notes = pool_notes(disks->pool);
	json_object_foreach(notes, name, note)
	{
		const char *key = key_of(name);
		AUTO(auto_free) char *known = NULL;
		char leaf[POOL_UUID_BYTES];

		/* A disk made by a client waits for its SR to return. */
		if (!key || json_is_true(json_object_get(note, "is_made")) ||
			is_in_config(disks->config, key))
			continue;
		pool_uuid_of(disks->pool, "vdi", key, leaf);
		known = heap_format(KNOWN_PREFIX "%s", leaf);
		pool_note_set(disks->pool, known, NULL);
		pool_note_set(disks->pool, name, NULL);
	}
	pool_unlock(disks->pool);
	json_decref(notes);
}
