/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict.h - the judgement on one run of a client, from facts alone.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_VERDICT_H
#define SNAPRIG_SCENARIOS_JUDGE_VERDICT_H

#include <stdbool.h>

#include "scenarios/format/scenario.h"

/* What restoring the client's backup showed. */
enum restored {
	/* It was refused, or the result looks incomplete: a smaller file, or a tree in which
	 * something is missing or has another size. */
	RESTORED_NOTHING,
	RESTORED_WRONG, /* looks complete, but is wrong; or there was no snapshot */
	RESTORED_RIGHT,
	RESTORED_UNKNOWN, /* it could not be tried, or the oracle cannot tell */
};

struct verdict_facts {
	bool timed_out;
	int exit_status;
	enum restored restored;
	bool fell_back;		 /* it read the live view, and took no snapshot */
	bool looks_good;	 /* it failed, but shows the backup as good */
	bool has_leaked;	 /* it left behind something that is not part of the backup */
	bool earlier_not_intact; /* an earlier backup of the scenario was not intact */
	bool earlier_spoilt;	 /* an earlier backup was intact, and can no longer be restored */

	/* A writer failed with a code that says that a retry will fail, too, and the client had
	 * another snapshot taken nevertheless. */
	bool retried_non_retryable;
};

/*
 * docs/architecture.md 10:
 *
 *               restored: nothing            wrong              right
 * exit 0        silent-corruption            silent-corruption  intact, recovered
 * exit not 0    detected                     misreported        misreported
 *
 * A client that exceeds its time is `hung`, whatever it left; what cannot be known is
 * `inconclusive`.  A failure that leaves a right backup is misreported, too, because it claims that
 * there is none; so is a failure after which the client shows the backup as good, whatever a
 * restore gives.  A client that spoils an earlier right backup has at best misreported, at worst
 * corrupted it silently.  A run that is otherwise intact or recovered is `leaked` if the client
 * left something behind.  A run that would otherwise be intact, recovered, leaked, detected or
 * inconclusive is `retried-non-retryable` if the facts say so; the other verdicts are worse.
 */
enum verdict verdict_judge(const struct verdict_facts *facts);

/* One line that explains the verdict.  Never NULL. */
const char *verdict_explain(const struct verdict_facts *facts);

/* Returns whether the verdict is acceptable without being expected. */
bool verdict_is_good(enum verdict verdict);

/* Returns whether the content was right and the client said so.  Then no fault need have struck. */
bool verdict_is_of_success(enum verdict verdict);

#endif
