/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume_load - a load on a mounted volume that knows what must be there (load.h).
 *
 *	volume_load create LEDGER SIZE SIZE-MAX WRITERS SNAPSHOTS SEED TRAIT...
 *	volume_load run LEDGER MNT SECONDS OPERATIONS [DEVICE]
 *		until either of them is over, or the volume is served no longer
 *	volume_load verify LEDGER MNT	all views are what they must be
 *	volume_load report LEDGER	what was done, in one line
 *
 * Exits with 1 for a difference, 3 when something hung, 5 when the volume is no
 * longer served.  SNAPRIG is the program that the keeper calls.
 */
#include "tests/e2e/load/load.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Time is counted in naps: on a busy machine it goes slower, as what it waits for does. */
#define NAP_MS	     5
#define HANG_SECONDS 60

static const char *const trait_names[] = { "discards", "clones", "writable", "grows", "sectors",
	"big", "may-fail", "may-refuse", "meddled" };

static int usage(void)
{
	fprintf(stderr, "usage: volume_load create|run|verify|report ...\n");
	return END_USAGE;
}

static int command_create(int argc, char **argv)
{
	static struct ledger facts;

	if (argc < 8)
		return usage();
	facts.size_bytes = strtoull(argv[3], NULL, 10);
	facts.size_max_bytes = strtoull(argv[4], NULL, 10);
	facts.writer_count = strtoull(argv[5], NULL, 10);
	facts.slot_count = strtoull(argv[6], NULL, 10);
	facts.seed = strtoull(argv[7], NULL, 10);
	if (facts.writer_count < 1 || facts.writer_count > WRITERS_MAX ||
		facts.slot_count > SNAPSHOTS_MAX || facts.size_max_bytes < facts.size_bytes)
		return usage();
	for (int i = 8; i < argc; i++) {
		unsigned bit = 0;

		while (bit < sizeof trait_names / sizeof *trait_names &&
			strcmp(trait_names[bit], argv[i]) != 0)
			bit++;
		if (bit == sizeof trait_names / sizeof *trait_names)
			return usage();
		facts.traits |= 1u << bit;
	}
	ledger_create(argv[2], &facts);
	return END_RIGHT;
}

/* ---- run: a parent that watches --------------------------------------------- */

struct child {
	pid_t pid;
	uint64_t beats;
	uint64_t naps; /* since they moved on */
};

/* Which processes there are: writers, the keeper, meddlers. */
static unsigned child_count(const struct ledger *ledger)
{
	return (unsigned)ledger->writer_count + 1 + (ledger->traits & TRAIT_MEDDLED ? MEDDLERS : 0);
}

static bool start(struct child *child, struct load *load, unsigned index)
{
	unsigned keeper = (unsigned)load->ledger->writer_count;

	child->pid = fork();
	if (child->pid == 0)
		_exit(index < keeper	  ? writer_run(load, index)
			: index == keeper ? keeper_run(load)
					  : meddler_run(load, index - keeper - 1));
	return child->pid > 0;
}

static uint64_t beats_of(const struct ledger *ledger, unsigned index)
{
	unsigned keeper = (unsigned)ledger->writer_count;

	return index < keeper	 ? atomic_load(&ledger->writers[index].beats)
	       : index == keeper ? atomic_load(&ledger->keeper.beats)
				 : atomic_load(&ledger->meddler_beats[index - keeper - 1]);
}

/* Has it done nothing for too long? */
static bool hangs(struct child *child, const struct ledger *ledger, unsigned index)
{
	uint64_t beats = beats_of(ledger, index);

	if (beats != child->beats) {
		child->beats = beats;
		child->naps = 0;
	}
	if (++child->naps < HANG_SECONDS * 1000 / NAP_MS)
		return false;
	printf("hang: process %u has waited for %d s\n", index, HANG_SECONDS);
	if (index < ledger->writer_count)
		printf("in a %s\n", kind_name(atomic_load(&ledger->writers[index].doing)));
	return true;
}

/* The worst of two ends: a difference, then a hang, then a dead machine, then a dead rig. */
static int worse(int one, int other)
{
	static const int order[] = { END_DIFFERENCE, END_HANG, END_MACHINE, END_UNMOUNTED };

	for (unsigned i = 0; i < sizeof order / sizeof *order; i++) {
		if (one == order[i] || other == order[i])
			return order[i];
	}
	return END_RIGHT;
}

static int watch(struct load *load, struct child *children, double seconds, uint64_t operations)
{
	struct ledger *ledger = load->ledger;
	unsigned count = child_count(ledger), left = count;
	double naps = 0;
	int end = END_RIGHT;

	while (left > 0) {
		if (naps * NAP_MS >= seconds * 1000 ||
			atomic_load(&ledger->operations) >= operations || end != END_RIGHT)
			atomic_store(&ledger->stop, 1);
		for (unsigned i = 0; i < count; i++) {
			int status;

			if (children[i].pid <= 0)
				continue;
			if (waitpid(children[i].pid, &status, WNOHANG) == children[i].pid) {
				children[i].pid = 0;
				left--;
				if (WIFSIGNALED(status))
					printf("difference: %u ended by signal %d\n", i,
						WTERMSIG(status));
				end = worse(end,
					WIFEXITED(status) ? WEXITSTATUS(status) : END_DIFFERENCE);
			} else if (hangs(&children[i], ledger, i)) {
				return END_HANG;
			}
		}
		usleep(NAP_MS * 1000);
		naps++;
	}
	return end;
}

static int command_run(int argc, char **argv)
{
	struct child children[WRITERS_MAX + 1 + MEDDLERS] = { 0 };
	struct load load = { .mount = argv[3], .device = argc == 7 ? argv[6] : NULL };
	bool has_started = true;
	int end = END_MACHINE;

	ledger_open(&load, argv[2]);
	atomic_store(&load.ledger->stop, 0);
	fflush(stdout);
	for (unsigned i = 0; i < child_count(load.ledger); i++)
		has_started = has_started && start(&children[i], &load, i);
	if (has_started)
		end = watch(&load, children, strtod(argv[4], NULL),
			atomic_load(&load.ledger->operations) + strtoull(argv[5], NULL, 10));
	atomic_store(&load.ledger->stop, 1);
	for (unsigned i = 0; i < child_count(load.ledger); i++) {
		if (children[i].pid > 0)
			kill(children[i].pid, SIGKILL);
	}
	return end;
}

static int command_report(const char *path)
{
	struct load load = { 0 };
	uint64_t done[KIND_COUNT] = { 0 }, failed = 0, bytes = 0;

	ledger_open(&load, path);
	const struct ledger *ledger = load.ledger;
	const struct keeper *keeper = &ledger->keeper;

	for (unsigned i = 0; i < ledger->writer_count; i++) {
		for (unsigned kind = 0; kind < KIND_COUNT; kind++)
			done[kind] += ledger->writers[i].done[kind];
		failed += ledger->writers[i].failed;
		bytes += ledger->writers[i].bytes;
	}
	printf("%ju operations (%ju written, %ju direct, %ju mapped, %ju discarded, %ju zeroed, "
	       "%ju read, %ju read mapped, %ju sought, %ju synced; %ju failed), %ju MiB; "
	       "snapshots: %ju made, %ju refused, %ju cloned, %ju deleted, %ju read, %ju written, "
	       "%ju failed; %ju times coalesced, %ju times grown\n",
		(uintmax_t)atomic_load(&ledger->operations), (uintmax_t)done[KIND_WRITE],
		(uintmax_t)done[KIND_DIRECT], (uintmax_t)done[KIND_MAPPED],
		(uintmax_t)done[KIND_DISCARD], (uintmax_t)done[KIND_ZERO],
		(uintmax_t)done[KIND_READ], (uintmax_t)done[KIND_MAPPED_READ],
		(uintmax_t)done[KIND_SEEK], (uintmax_t)done[KIND_SYNC], (uintmax_t)failed,
		(uintmax_t)(bytes >> 20), (uintmax_t)keeper->made, (uintmax_t)keeper->refused,
		(uintmax_t)keeper->cloned, (uintmax_t)keeper->deleted, (uintmax_t)keeper->read,
		(uintmax_t)keeper->written, (uintmax_t)keeper->failed, (uintmax_t)keeper->coalesced,
		(uintmax_t)keeper->grown);
	return END_RIGHT;
}

int main(int argc, char **argv)
{
	const char *command = argc > 2 ? argv[1] : "";

	if (!strcmp(command, "create"))
		return command_create(argc, argv);
	if (!strcmp(command, "run") && (argc == 6 || argc == 7))
		return command_run(argc, argv);
	if (!strcmp(command, "verify") && argc == 4) {
		struct load load = { .mount = argv[3] };

		ledger_open(&load, argv[2]);
		return verify_all(&load);
	}
	if (!strcmp(command, "report"))
		return command_report(argv[2]);
	return usage();
}
