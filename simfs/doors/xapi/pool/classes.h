/* SPDX-License-Identifier: Apache-2.0 */
/* classes.h - the classes of a pool and their fields, from classes.def. */
#ifndef SNAPRIG_DOORS_XAPI_POOL_CLASSES_H
#define SNAPRIG_DOORS_XAPI_POOL_CLASSES_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

enum pool_class {
#define CLASS(id, name, event) POOL_CLASS_##id,
#define FIELD(id, name, kind, access)
#include "simfs/doors/xapi/pool/classes.def"
#undef CLASS
#undef FIELD
	POOL_CLASS_COUNT
};

enum pool_kind {
	POOL_KIND_TEXT,
	POOL_KIND_BOOL,
	POOL_KIND_INT,
	POOL_KIND_REAL,
	POOL_KIND_DATE,
	POOL_KIND_REF,
	POOL_KIND_REFS,
	POOL_KIND_TEXTS,
	POOL_KIND_MAP,
};

struct pool_field {
	const char *name;
	enum pool_kind kind;
	bool is_free; /* clients may write it */
};

/* "VDI" in methods, "vdi" in events. */
const char *pool_class_name(enum pool_class class);
const char *pool_class_event_name(enum pool_class class);
/* Finds a class by either name, case-sensitive.  Returns 0 or -ENOENT. */
int pool_class_find(const char *name, enum pool_class *ret);
/* The fields of CLASS in order; *RET_COUNT of them. */
const struct pool_field *pool_class_fields(enum pool_class class, size_t *ret_count);
/* NULL if CLASS has no such field. */
const struct pool_field *pool_class_field(enum pool_class class, const char *name);
/* Whether VALUE is valid for a field of KIND. */
bool pool_kind_fits(enum pool_kind kind, const json_t *value);

#endif
