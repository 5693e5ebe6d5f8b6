/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap.h - an allocator for small plain trees that cannot fail.
 *
 * A scenario takes some kilobytes.  If even those cannot be allocated, the program says so and
 * exits with EXIT_RIG: there is nothing better to do.
 */
#ifndef SNAPRIG_BASE_HEAP_H
#define SNAPRIG_BASE_HEAP_H

#include <stddef.h>

/* SIZE zeroed bytes; never NULL. */
__attribute__((malloc)) void *heap_new(size_t size);

/* A copy of TEXT, or NULL for NULL. */
__attribute__((malloc)) char *heap_copy(const char *text);

/* The text that printf would print; never NULL. */
__attribute__((malloc, format(printf, 1, 2))) char *heap_format(const char *format, ...);

/*
 * Makes room for one more element after the COUNT that ARRAY has, and zeroes it.  ARRAY may move:
 * the result replaces it.
 */
void *heap_grow(void *array, size_t count, size_t element_bytes);

#endif
