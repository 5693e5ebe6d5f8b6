/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_places.c - reports the place of a test to Check less often.
 *
 * To be able to say where a test crashed, Check writes the place of each assertion that holds to a
 * file.  In a loop, that costs more than the assertion.  A test with few assertions still reports
 * all of its places; for others, the place reported after a crash is one of the last PLACES_EVERY.
 * Failed assertions are reported in another way, and not affected.
 */
#include <stdatomic.h>

#define PLACES_ALL   1000
#define PLACES_EVERY 256

/* The linker replaces Check's function with ours (--wrap). */
void __real__mark_point(const char *file, int line);
void __wrap__mark_point(const char *file, int line);

/* Of this test, unless it runs in a process with others (CK_FORK=no). */
static atomic_uint places;

void __wrap__mark_point(const char *file, int line)
{
	unsigned before = atomic_fetch_add_explicit(&places, 1, memory_order_relaxed);

	if (before < PLACES_ALL || before % PLACES_EVERY == 0)
		__real__mark_point(file, line);
}
