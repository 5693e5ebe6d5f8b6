/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list.h - a doubly linked list whose links live inside the listed things.
 *
 * A head that points at itself is an empty list, and so is a link that is on
 * no list: list_remove() may be called on it again.  A link that is put on a
 * second list while it is on the first, or cleared there, leaves neighbours that
 * do not point at each other: the next call that passes there ends the program,
 * instead of going round for ever.
 */
#ifndef SNAPRIG_BASE_LIST_H
#define SNAPRIG_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "simfs/base/check.h"

struct list {
	struct list *next;
	struct list *previous;
};

#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* Walks HEAD; `at` may not be removed in the body (use list_pop for that). */
#define list_for_each(at, head) for (struct list *at = (head)->next; at != (head); at = at->next)

static inline void list_init(struct list *head)
{
	head->next = head->previous = head;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

static inline void list_append(struct list *head, struct list *link)
{
	MUST(head->previous->next == head);
	link->previous = head->previous;
	link->next = head;
	head->previous->next = link;
	head->previous = link;
}

static inline void list_prepend(struct list *head, struct list *link)
{
	list_append(head->next, link);
}

static inline void list_remove(struct list *link)
{
	MUST(link->previous->next == link && link->next->previous == link);
	link->previous->next = link->next;
	link->next->previous = link->previous;
	list_init(link);
}

/* The first link, taken off the list, or NULL when the list is empty. */
static inline struct list *list_pop(struct list *head)
{
	if (list_empty(head))
		return NULL;

	struct list *link = head->next;
	list_remove(link);
	return link;
}

/* Moves everything on FROM to the end of TO, in order. */
static inline void list_splice(struct list *to, struct list *from)
{
	if (list_empty(from))
		return;

	from->next->previous = to->previous;
	to->previous->next = from->next;
	from->previous->next = to;
	to->previous = from->previous;
	list_init(from);
}

#endif
