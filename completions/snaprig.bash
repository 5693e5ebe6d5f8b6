# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# bash completion for snaprig; installed as .../bash-completion/completions/snaprig.

# ---- the table of commands, as `make commands` writes it ----
_snaprig_commands='create mount verify umount status events snapshot coalesce datto fault writers gauge lvm xapi check compare matrix sweep run report replay shrink validate demo backup restore list doctor bench'
declare -gA _snaprig_actions=(
	['datto']='ctl mount umount'
	['fault']='add list remove clear release'
	['gauge']='set release'
	['report']='merge'
	['snapshot']='create clone delete detach attach rename limit list changed'
	['writers']='list add remove kill freeze thaw notify'
	['xapi']='serve demo call flatten restore'
)
declare -gA _snaprig_options=(
	['create']='--size --help'
	['mount']='--size --profile --limit --block --sr --format --coalesce-rate --no-coalesce --time-scale --memory --durable --verify --trust-image --fail-snapshots --store --transport --fault --writer --no-writer-check --seed --watchdog --busy-poll --read-ahead --foreground -o --help'
	['verify']='--store --json --help'
	['umount']='--help'
	['status']='--json --metrics --help'
	['events']='--follow --json --help'
	['snapshot create']='--limit --block --of --no-writers --json --help'
	['snapshot clone']='--full --json --help'
	['snapshot delete']='--help'
	['snapshot detach']='--json --help'
	['snapshot attach']='--json --help'
	['snapshot rename']='--json --help'
	['snapshot limit']='--json --help'
	['snapshot list']='--json --help'
	['snapshot changed']='--json --bitmap --until --help'
	['coalesce']='--wait --abort --json --help'
	['datto ctl']='--help'
	['datto mount']='--help'
	['datto umount']='--help'
	['fault add']='--help'
	['fault list']='--json --help'
	['fault remove']='--help'
	['fault clear']='--help'
	['fault release']='--help'
	['writers list']='--json --help'
	['writers add']='--help'
	['writers remove']='--help'
	['writers kill']='--help'
	['writers freeze']='--help'
	['writers thaw']='--help'
	['writers notify']='--help'
	['gauge set']='--real --size --help'
	['gauge release']='--help'
	['lvm']='--vg --lv --free --empty --monitor --lvm-messages --enter --journal --json --help'
	['xapi serve']='--listen --fault --state --longest-event-wait --nbd --export-framing --help'
	['xapi demo']='--help'
	['xapi call']='--help'
	['xapi flatten']='--parents --help'
	['xapi restore']='--vm --disk --at --list --json --help'
	['check']='--failure --at --fault --profile --size --image --restore --gives --takes --writer --time-limit --seed --work --keep --steady --keeps --json --help'
	['compare']='--rounds --profile --size --image --restore --gives --takes --writer --time-limit --seed --work --keep --report --json --help'
	['matrix']='--failures --profile --size --image --jobs --report --resume --clients --time-limit --seed --work --json --help'
	['sweep']='--failure --fault --by --points --every --svg --profile --size --image --restore --gives --takes --writer --time-limit --seed --work --keep --json --help'
	['run']='--seed --filter --shard --list --jobs --retries --fail-fast --report --record --artifacts --clients --work --keep --json --help'
	['report merge']='--report --json --help'
	['replay']='--work --clients --keep --json --help'
	['shrink']='--work --clients --keep --json --help'
	['validate']='--clients --json --help'
	['demo']='--help'
	['backup']='--like --take --retry --xapi --job --max-uncoalesced --bypass-chain-check --retries --keep --http-timeout --task-timeout --lock-stale --json --help'
	['restore']='--xapi --vm --at --http-timeout --help'
	['list']='--json --help'
	['doctor']='--json --help'
	['bench']='--peers --quick --rounds --seconds --size --dir --baseline --report --artifacts --list --json --help'
)
declare -gA _snaprig_values=(
	['create --size']='size:'
	['mount --size']='size:'
	['mount --profile']='listed:profiles'
	['mount --limit']='size:'
	['mount --block']='size:'
	['mount --sr']='choice:file lvm'
	['mount --format']='choice:vhd qcow2'
	['mount --coalesce-rate']='size:'
	['mount --time-scale']='number:'
	['mount --memory']='choice:system cgroup:'
	['mount --store']='folder:'
	['mount --transport']='choice:auto dev'
	['mount --fault']='listed:points'
	['mount --writer']='choice:simulated hook fsfreeze'
	['mount --seed']='number:'
	['mount --watchdog']='choice:off 60s'
	['mount --busy-poll']='choice:off auto 60us'
	['mount --read-ahead']='choice:off 2MiB'
	['mount -o']='text:'
	['verify --store']='folder:'
	['snapshot create --limit']='size:'
	['snapshot create --block']='size:'
	['snapshot create --of']='snapshot:'
	['snapshot changed --bitmap']='file:'
	['snapshot changed --until']='snapshot:'
	['gauge set --size']='size:'
	['lvm --vg']='text:'
	['lvm --lv']='text:'
	['lvm --free']='size:'
	['lvm --lvm-messages']='choice:2.02'
	['xapi serve --listen']='text:'
	['xapi serve --fault']='text:'
	['xapi serve --state']='folder:'
	['xapi serve --longest-event-wait']='time:'
	['xapi serve --nbd']='text:'
	['xapi serve --export-framing']='choice:chunked length close old-close'
	['xapi flatten --parents']='folder:'
	['xapi restore --vm']='text:'
	['xapi restore --disk']='text:'
	['xapi restore --at']='text:'
	['check --failure']='listed:failures'
	['check --at']='text:'
	['check --fault']='listed:points'
	['check --profile']='listed:profiles'
	['check --size']='size:'
	['check --image']='file:'
	['check --restore']='text:'
	['check --gives']='choice:file device tree nbd'
	['check --writer']='choice:none trickle storm'
	['check --time-limit']='time:'
	['check --seed']='number:'
	['check --work']='folder:'
	['check --keeps']='number:'
	['compare --rounds']='number:'
	['compare --profile']='listed:profiles'
	['compare --size']='size:'
	['compare --image']='file:'
	['compare --restore']='text:'
	['compare --gives']='choice:file device tree nbd'
	['compare --writer']='choice:none trickle storm'
	['compare --time-limit']='time:'
	['compare --seed']='number:'
	['compare --work']='folder:'
	['compare --report']='choice:json= html='
	['matrix --failures']='text:'
	['matrix --profile']='listed:profiles'
	['matrix --size']='size:'
	['matrix --image']='text:'
	['matrix --jobs']='number:'
	['matrix --report']='choice:markdown= json= html='
	['matrix --resume']='file:'
	['matrix --clients']='folder:'
	['matrix --time-limit']='time:'
	['matrix --seed']='number:'
	['matrix --work']='folder:'
	['sweep --failure']='listed:failures'
	['sweep --fault']='listed:points'
	['sweep --by']='choice:hits offsets'
	['sweep --points']='number:'
	['sweep --svg']='file:'
	['sweep --profile']='listed:profiles'
	['sweep --size']='size:'
	['sweep --image']='file:'
	['sweep --restore']='text:'
	['sweep --gives']='choice:file device tree nbd'
	['sweep --writer']='choice:none trickle storm'
	['sweep --time-limit']='time:'
	['sweep --seed']='number:'
	['sweep --work']='folder:'
	['run --seed']='number:'
	['run --filter']='text:'
	['run --shard']='text:'
	['run --jobs']='number:'
	['run --retries']='number:'
	['run --report']='choice:junit= jenkins= tap= tap14= tap13= json= html= tap14 tap13 github'
	['run --record']='folder:'
	['run --artifacts']='folder:'
	['run --clients']='folder:'
	['run --work']='folder:'
	['report merge --report']='choice:junit= jenkins= tap= tap14= tap13= json= html= tap14 tap13 github'
	['replay --work']='folder:'
	['replay --clients']='folder:'
	['shrink --work']='folder:'
	['shrink --clients']='folder:'
	['validate --clients']='folder:'
	['backup --like']='choice:aip xo'
	['backup --retry']='choice:none aip-2018 microsoft'
	['backup --xapi']='text:'
	['backup --job']='text:'
	['backup --max-uncoalesced']='number:'
	['backup --retries']='number:'
	['backup --keep']='number:'
	['backup --http-timeout']='time:'
	['backup --task-timeout']='time:'
	['backup --lock-stale']='time:'
	['restore --xapi']='text:'
	['restore --vm']='text:'
	['restore --at']='text:'
	['restore --http-timeout']='time:'
	['bench --rounds']='number:'
	['bench --seconds']='time:'
	['bench --size']='size:'
	['bench --dir']='folder:'
	['bench --baseline']='file:'
	['bench --report']='choice:json= html= md='
	['bench --artifacts']='folder:'
)
declare -gA _snaprig_operands=(
	['create 1']='file:'
	['mount 1']='file:'
	['mount 2']='folder:'
	['verify 1']='file:'
	['umount 1']='folder:'
	['status 1']='folder:'
	['events 1']='file:'
	['snapshot create 1']='folder:'
	['snapshot create 2']='text:'
	['snapshot clone 1']='folder:'
	['snapshot clone 2']='snapshot:'
	['snapshot clone 3']='text:'
	['snapshot delete 1']='folder:'
	['snapshot delete 2']='snapshot:'
	['snapshot detach 1']='folder:'
	['snapshot detach 2']='snapshot:'
	['snapshot attach 1']='folder:'
	['snapshot attach 2']='snapshot:'
	['snapshot rename 1']='folder:'
	['snapshot rename 2']='snapshot:'
	['snapshot rename 3']='text:'
	['snapshot limit 1']='folder:'
	['snapshot limit 2']='snapshot:'
	['snapshot limit 3']='size:'
	['snapshot list 1']='folder:'
	['snapshot changed 1']='folder:'
	['snapshot changed 2']='snapshot:'
	['coalesce 1']='folder:'
	['datto ctl 1']='folder:'
	['datto ctl 2']='choice:setup-snapshot reload-snapshot reload-incremental destroy transition-to-incremental transition-to-snapshot reconfigure expand-cow-file reconfigure-auto-expand help'
	['datto ctl *']='file:'
	['datto mount 1']='folder:'
	['datto umount 1']='folder:'
	['fault add 1']='folder:'
	['fault add 2']='listed:points'
	['fault list 1']='folder:'
	['fault remove 1']='folder:'
	['fault remove 2']='text:'
	['fault clear 1']='folder:'
	['fault release 1']='folder:'
	['writers list 1']='folder:'
	['writers add 1']='folder:'
	['writers add 2']='choice:simulated hook fsfreeze'
	['writers remove 1']='folder:'
	['writers remove 2']='text:'
	['writers kill 1']='folder:'
	['writers kill 2']='text:'
	['writers freeze 1']='folder:'
	['writers thaw 1']='folder:'
	['writers notify 1']='folder:'
	['writers notify 2']='choice:identify backup-complete pre-restore post-restore backup-shutdown abort'
	['gauge set 1']='folder:'
	['gauge set 2']='listed:gauges'
	['gauge set 3']='text:'
	['gauge release 1']='folder:'
	['gauge release 2']='listed:gauges'
	['lvm 1']='file:'
	['xapi serve 1']='file:'
	['xapi call 1']='text:'
	['xapi call 2']='text:'
	['xapi call *']='text:'
	['xapi flatten 1']='file:'
	['xapi flatten 2']='file:'
	['xapi restore 1']='folder:'
	['xapi restore 2']='file:'
	['matrix *']='listed:clients'
	['run *']='file:'
	['report merge *']='file:'
	['replay 1']='file:'
	['shrink 1']='file:'
	['validate *']='file:'
	['backup 1']='file:'
	['backup 2']='file:'
	['restore 1']='file:'
	['restore 2']='file:'
	['list 1']='choice:profiles points gauges scenarios clients failures mounts'
	['bench *']='choice:randread-4k randwrite-4k seqread-1m seqwrite-1m latency-4k latency-write-4k first-writes-4k first-touch-4k snapshots-16 rewrite-4k view-4k view-1m view-128k view-buffered-128k chain-4k chain-1m backup-while-writing rules-randread-4k rules-randwrite-4k disturbed-4k coalesce snapshot-time map-memory mount-time'
)
# ---- end of the table ----

# _snaprig_listed LIST - the names that `snaprig list` prints.
_snaprig_listed()
{
	"${COMP_WORDS[0]}" list "$1" 2>/dev/null | tail -n +2 | cut -d ' ' -f 1
}

_snaprig_snapshots()
{
	find "$1/snapshots" -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null
}

_snaprig_reply()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}")
}

_snaprig_files()
{
	local word=${COMP_WORDS[COMP_CWORD]}

	mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
	compopt -o filenames 2>/dev/null
}

# _snaprig_one_of KIND:CHOICES MNT - what an operand or a value can be.
_snaprig_one_of()
{
	local choices=${1#*:}

	case $1 in
	choice:*)
		_snaprig_reply "$choices"
		# A word that goes on: junit=, cgroup:
		if [[ ${COMPREPLY[*]} == *[=:] ]]; then
			compopt -o nospace 2>/dev/null
		fi
		;;
	listed:*) _snaprig_reply "$(_snaprig_listed "$choices")" ;;
	snapshot:*) _snaprig_reply "$(_snaprig_snapshots "$2")" ;;
	file:*) _snaprig_files -f ;;
	folder:*) _snaprig_files -d ;;
	*) COMPREPLY=() ;;
	esac
}

_snaprig()
{
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} first=2 count=1 mnt='' at what

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		_snaprig_reply "$_snaprig_commands help --help --version"
		return
	fi
	if [ "$command:$COMP_CWORD" = help:2 ]; then
		_snaprig_reply "$_snaprig_commands"
		return
	fi
	if [ -n "${_snaprig_actions[$command]-}" ]; then
		if [ "$COMP_CWORD" = 2 ]; then
			_snaprig_reply "${_snaprig_actions[$command]} --help"
			return
		fi
		command="$command ${COMP_WORDS[2]}" first=3
	fi

	for ((at = first; at < COMP_CWORD; at++)); do
		if [ -n "${_snaprig_values["$command ${COMP_WORDS[at]}"]-}" ]; then
			at=$((at + 1))
		elif [[ ${COMP_WORDS[at]} != -* ]]; then
			mnt=${mnt:-${COMP_WORDS[at]}}
			count=$((count + 1))
		fi
	done
	what=${_snaprig_values["$command $previous"]-}
	if [ -n "$what" ]; then
		_snaprig_one_of "$what" "$mnt"
	elif [[ $word == -* ]]; then
		_snaprig_reply "${_snaprig_options[$command]-}"
	else
		what=${_snaprig_operands["$command $count"]-${_snaprig_operands["$command *"]-}}
		_snaprig_one_of "$what" "$mnt"
	fi
}

complete -F _snaprig snaprig
