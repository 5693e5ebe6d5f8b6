/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list.h - a doubly linked list whose links are embedded in the listed structures.
 *
 * A head that points at itself is an empty list.  A link is not on a list while it is all zeros, as
 * allocated, or after it was removed.  Adding a link that is on a list, or removing one that is
 * not, aborts the program.  Following a link that was removed crashes, because it leads nowhere.
 * Adding or removing next to a link that was zeroed while on a list aborts, because its neighbours
 * no longer point at each other.
 */
#ifndef SNAPRIG_BASE_LIST_H
#define SNAPRIG_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/base/check.h"

struct list {
	struct list *next;
	struct list *previous;
};

#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* Where a removed link points: a non-canonical address on every processor. */
#define LIST_NOWHERE ((struct list *)(uintptr_t)0xdead4ea1dead4ea0)

/* Walks HEAD.  The body must not remove `at` (use list_pop for that). */
#define list_for_each(at, head) for (struct list *at = (head)->next; at != (head); at = at->next)

static inline void list_init(struct list *head)
{
	head->next = head->previous = head;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

/* Whether LINK, which is not a head, is on a list. */
static inline bool list_is_linked(const struct list *link)
{
	return link->next && link->next != LIST_NOWHERE;
}

static inline void list_append(struct list *head, struct list *link)
{
	MUST(!list_is_linked(link));
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
	MUST(list_is_linked(link));
	MUST(link->previous->next == link && link->next->previous == link);
	link->previous->next = link->next;
	link->next->previous = link->previous;
	link->next = link->previous = LIST_NOWHERE;
}

/* Removes the first link and returns it, or NULL if the list is empty. */
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
