/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict.h - the judgement on one run of a client, from facts alone.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_VERDICT_H
#define SNAPRIG_SCENARIOS_JUDGE_VERDICT_H

#include <stdbool.h>

#include "scenarios/format/scenario.h"

/* What a restore of what the client left behind has shown. */
enum restored {
	/* It was refused, or gave what does not look complete: a smaller file, or a tree in
	 * which something is missing or has another size. */
	RESTORED_NOTHING,
	RESTORED_WRONG, /* it looks complete, and is not the snapshot's content; or there was none
			 */
	RESTORED_RIGHT,
	RESTORED_UNKNOWN, /* it could not be tried, or the oracle cannot tell */
};

struct verdict_facts {
	bool timed_out;
	int exit_status;
	enum restored restored;
	bool fell_back;		 /* it read the live view, and took no snapshot */
	bool looks_good;	 /* it failed, and itself shows the backup as a good one */
	bool has_leaked;	 /* it left what is no part of the backup */
	bool earlier_not_intact; /* an earlier backup of the scenario was not intact */
	bool earlier_spoilt;	 /* an earlier one was, and cannot be restored any more */

	/* A writer failed with a code that says that it will fail again, and the
	 * client had another snapshot taken all the same. */
	bool retried_non_retryable;
};

/*
 * docs/architecture.md 10:
 *
 *	              restored: nothing            wrong              right
 *	exit 0        silent-corruption            silent-corruption  intact, recovered
 *	exit not 0    detected                     misreported        misreported
 *
 * Out of time is `hung` whatever was left, and what cannot be known is
 * `inconclusive`.  A failure that leaves a right backup is misreported, too:
 * it says that there is none; and so is one whose backup the client itself shows as a
 * good one, whatever a restore gives.  Who spoils an earlier backup that was right has at
 * best misreported that, or corrupted it in silence.  What is intact or recovered in all else is
 * `leaked` when the client left something behind.  What would else be intact, recovered,
 * leaked, detected or inconclusive is `retried-non-retryable` when the facts say so; what
 * else is wrong is worse.
 */
enum verdict verdict_judge(const struct verdict_facts *facts);

/* One line: why the facts led there.  Never NULL. */
const char *verdict_explain(const struct verdict_facts *facts);

/* Is it one of the verdicts that nobody need expect? */
bool verdict_is_good(enum verdict verdict);

/* Was the content right, and the client of that opinion?  Then no fault need have struck. */
bool verdict_is_of_success(enum verdict verdict);

#endif
