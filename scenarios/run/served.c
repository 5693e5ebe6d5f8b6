/* SPDX-License-Identifier: Apache-2.0 */
/* served.c - a volume that is no longer served, whatever ended its rig. */
#include <errno.h>

#include "scenarios/run/give_xapi.h"
#include "scenarios/run/rig_mounts.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

bool volume_is_served(const struct run *run)
{
	struct reason ignored = { "" };

	return rig_alive(run->rig, &ignored) && mounted_at(run->mount_point);
}

bool rig_ended_beside(const struct run *run)
{
	return run->underway && rig_was_ended(run->rig);
}

/* What the rig knew about its rules is lost. */
static int mount_again(struct run *run, struct reason *reason)
{
	int error;

	xapi_pool_end(run);
	error = rig_stop(TAKE_PTR(run->rig), reason);
	run->may_crash = run->has_faults = false;
	run->fault_strikes = run->gone_strikes = 0;
	run->journal_from = 0;
	run->rigs_gone++;
	if (error == 0)
		error = volume_mount(run, reason);
	/* For rules that are added from now on. */
	return error < 0 || !run->phase ? error : phase_tell(run, run->phase, reason);
}

int volume_look(struct run *run, struct reason *reason, enum volume_end *ret, char **ret_how)
{
	struct reason how = { "" };
	bool is_alive = rig_alive(run->rig, &how);
	int error;

	*ret = VOLUME_SERVED;
	*ret_how = NULL;
	if (is_alive && mounted_at(run->mount_point))
		return 0;
	if (!is_alive && run->may_crash && rig_was_killed(run->rig)) {
		*ret = VOLUME_CRASHED;
		run->rigs_crashed++;
		run->result->fault_strikes++;
	} else if (is_alive || rig_was_ended(run->rig)) {
		*ret = VOLUME_ENDED;
	} else {
		*reason = how;
		return -EIO;
	}
	error = mount_again(run, reason);
	if (error == 0 && *ret == VOLUME_ENDED)
		*ret_how = heap_copy(is_alive ? "the volume is not mounted any more" : how.text);
	return error;
}

enum outcome run_remount(struct run *run, const struct step *step, struct reason *reason)
{
	json_int_t strikes;

	/* Later, this is unknown. */
	faults_check(run);
	strikes = faults_strikes(run) - run->fault_strikes;
	journal_keep(run);
	if (step->remount == REMOUNT_KILLED)
		rig_kill(run->rig);
	if (mount_again(run, reason) < 0)
		return OUTCOME_ERROR;
	/* The next backup is judged by them, too. */
	run->gone_strikes = strikes;
	run->has_faults = strikes > 0;
	return OUTCOME_PASSED;
}
