/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_places.c - Check is told now and then only where a test is.
 *
 * So that it can say where a test was that crashed, each assertion that holds writes its
 * place to a file, at once.  In a loop that costs more than what is asserted.  A test of
 * few assertions still tells all of its places; of one with many, the place that is said
 * after a crash is one of the last PLACES_EVERY.  What an assertion that fails says is
 * not touched: it goes another way.
 */
#include <stdatomic.h>

#define PLACES_ALL   1000
#define PLACES_EVERY 256

/* The linker puts ours in the place of Check's (--wrap). */
void __real__mark_point(const char *file, int line);
void __wrap__mark_point(const char *file, int line);

/* Of this test, unless it runs in the process of others (CK_FORK=no). */
static atomic_uint places;

void __wrap__mark_point(const char *file, int line)
{
	unsigned before = atomic_fetch_add_explicit(&places, 1, memory_order_relaxed);

	if (before < PLACES_ALL || before % PLACES_EVERY == 0)
		__real__mark_point(file, line);
}
