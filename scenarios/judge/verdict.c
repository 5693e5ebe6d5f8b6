/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/judge/verdict.h"

#include "simfs/base/check.h"

struct judgement {
	enum verdict verdict;
	const char *why;
};

static const struct judgement on_success[] = {
	[RESTORED_NOTHING] = { VERDICT_SILENT_CORRUPTION,
		"it reported success, but its backup cannot be restored to a complete volume" },
	[RESTORED_WRONG] = { VERDICT_SILENT_CORRUPTION,
		"it reported success, and the restored content is not the snapshot's" },
	[RESTORED_RIGHT] = { VERDICT_INTACT,
		"it reported success, and the restored content is the snapshot's" },
	[RESTORED_UNKNOWN] = { VERDICT_INCONCLUSIVE,
		"it reported success, but its backup could not be judged" },
};

static const struct judgement on_failure[] = {
	[RESTORED_NOTHING] = { VERDICT_DETECTED,
		"it reported the failure and left nothing that looks complete" },
	[RESTORED_WRONG] = { VERDICT_MISREPORTED,
		"it reported a failure, but left a wrong backup that looks complete" },
	[RESTORED_RIGHT] = { VERDICT_MISREPORTED,
		"it reported a failure, but its backup is right" },
	[RESTORED_UNKNOWN] = { VERDICT_INCONCLUSIVE,
		"it reported a failure, and its backup could not be judged" },
};

static const struct judgement shown_as_good = { VERDICT_MISREPORTED,
	"it reported a failure, but itself lists the backup as good" };

static const struct judgement of_no_snapshot = { VERDICT_SILENT_CORRUPTION,
	"it reported success, but it backed up the live view and not a snapshot" };

static const struct judgement spoilt_in_silence = { VERDICT_SILENT_CORRUPTION,
	"it reported success, but an earlier good backup is no longer right" };

static const struct judgement spoilt = { VERDICT_MISREPORTED,
	"it reported a failure, and an earlier good backup is no longer right" };

static const struct judgement retried = { VERDICT_RETRIED_NON_RETRYABLE,
	"a writer said that it would fail again, and another snapshot was asked for" };

static const struct judgement leaked = { VERDICT_LEAKED,
	"it reported success, and the restored content is the snapshot's; but it left "
	"something behind" };

static const struct judgement out_of_time = { VERDICT_HUNG, "it outlived its time limit" };

static const struct judgement *judgement_of(const struct verdict_facts *facts)
{
	const struct judgement *judgement;

	MUST(facts->restored < sizeof on_success / sizeof on_success[0]);
	if (facts->timed_out)
		return &out_of_time;
	judgement = facts->exit_status == 0 ? &on_success[facts->restored]
					    : &on_failure[facts->restored];
	if (facts->exit_status == 0 && facts->restored == RESTORED_WRONG && facts->fell_back)
		judgement = &of_no_snapshot;
	if (facts->exit_status != 0 && facts->looks_good &&
		judgement->verdict != VERDICT_MISREPORTED)
		judgement = &shown_as_good;
	if (facts->earlier_spoilt && facts->exit_status == 0)
		judgement = &spoilt_in_silence;
	else if (facts->earlier_spoilt)
		judgement = &spoilt;
	if (facts->retried_non_retryable && judgement->verdict != VERDICT_SILENT_CORRUPTION &&
		judgement->verdict != VERDICT_MISREPORTED)
		return &retried;
	if (facts->has_leaked && judgement->verdict == VERDICT_INTACT)
		return &leaked;
	return judgement;
}

enum verdict verdict_judge(const struct verdict_facts *facts)
{
	enum verdict verdict = judgement_of(facts)->verdict;

	return verdict == VERDICT_INTACT && facts->earlier_not_intact ? VERDICT_RECOVERED : verdict;
}

const char *verdict_explain(const struct verdict_facts *facts)
{
	return judgement_of(facts)->why;
}

bool verdict_is_good(enum verdict verdict)
{
	return verdict == VERDICT_INTACT || verdict == VERDICT_RECOVERED;
}

bool verdict_is_of_success(enum verdict verdict)
{
	return verdict_is_good(verdict) || verdict == VERDICT_LEAKED;
}
