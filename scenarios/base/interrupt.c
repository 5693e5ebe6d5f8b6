/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/base/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t noted_signal;

static const int watched_signals[] = { SIGINT, SIGTERM, SIGHUP };

static void note_signal(int number)
{
	noted_signal = number;
}

void interrupt_watch(void)
{
	/* Without SA_RESTART, so that poll() returns at once. */
	struct sigaction action = { .sa_handler = note_signal };

	for (size_t i = 0; i < sizeof watched_signals / sizeof watched_signals[0]; i++)
		sigaction(watched_signals[i], &action, NULL);
}

int interrupt_seen(void)
{
	return noted_signal;
}

void interrupt_obey(void)
{
	struct sigaction normal = { .sa_handler = SIG_DFL };

	if (!noted_signal)
		return;
	sigaction(noted_signal, &normal, NULL);
	raise(noted_signal);
}
