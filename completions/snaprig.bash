# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# bash completion for snaprig; installed as .../bash-completion/completions/snaprig.

# ---- the table of commands, as `make commands` writes it ----
_snaprig_commands='create mount verify umount status top events snapshot coalesce datto fault writers gauge lvm xapi check compare matrix sweep run report replay shrink validate demo backup restore list doctor bench'
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
	['create']='--size --json --help'
	['mount']='--size --profile --limit --block --sr --format --coalesce-rate --no-coalesce --time-scale --memory --durable --verify --trust-image --fail-snapshots --store --transport --fault --writer --no-writer-check --seed --watchdog --busy-poll --read-ahead --foreground --json -o --help'
	['verify']='--store --json --help'
	['umount']='--json --help'
	['status']='--json --metrics --output --help'
	['top']='--once --json --help'
	['events']='--follow --json --help'
	['snapshot create']='--limit --block --of --no-writers --json --help'
	['snapshot clone']='--full --json --help'
	['snapshot delete']='--json --help'
	['snapshot detach']='--json --help'
	['snapshot attach']='--json --help'
	['snapshot rename']='--json --help'
	['snapshot limit']='--json --help'
	['snapshot list']='--json --help'
	['snapshot changed']='--json --bitmap --until --help'
	['coalesce']='--wait --abort --json --help'
	['datto ctl']='--help'
	['datto mount']='--json --help'
	['datto umount']='--json --help'
	['fault add']='--json --help'
	['fault list']='--json --help'
	['fault remove']='--json --help'
	['fault clear']='--json --help'
	['fault release']='--json --help'
	['writers list']='--json --help'
	['writers add']='--json --help'
	['writers remove']='--json --help'
	['writers kill']='--json --help'
	['writers freeze']='--json --help'
	['writers thaw']='--json --help'
	['writers notify']='--json --help'
	['gauge set']='--real --size --json --help'
	['gauge release']='--json --help'
	['lvm']='--vg --lv --free --empty --monitor --lvm-messages --enter --journal --json --help'
	['xapi serve']='--listen --fault --state --longest-event-wait --nbd --export-framing --help'
	['xapi demo']='--json --help'
	['xapi call']='--help'
	['xapi flatten']='--parents --json --help'
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
	['demo']='--json --help'
	['backup']='--like --take --retry --xapi --job --max-uncoalesced --bypass-chain-check --retries --keep --http-timeout --task-timeout --lock-stale --json --help'
	['restore']='--xapi --vm --at --http-timeout --json --help'
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
	['mount --fault']='rule:'
	['mount --writer']='choice:simulated hook fsfreeze'
	['mount --seed']='number:'
	['mount --watchdog']='choice:off 60s'
	['mount --busy-poll']='choice:off auto 60us'
	['mount --read-ahead']='choice:off 2MiB'
	['mount -o']='set:ro allow_other allow_root max_read= noatime default_permissions dev nodev exec noexec suid nosuid dirsync debug uid= gid= mode= umask= profile= limit= block= sr= format= coalesce-rate= no-coalesce time-scale= memory= durable verify trust-image fail-snapshots store= transport= fault= writer= no-writer-check seed= watchdog= busy-poll= read-ahead= noauto nofail'
	['verify --store']='folder:'
	['status --output']='file:'
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
	['xapi serve --fault']='rule:'
	['xapi serve --state']='folder:'
	['xapi serve --longest-event-wait']='time:'
	['xapi serve --nbd']='text:'
	['xapi serve --export-framing']='choice:chunked length close old-close'
	['xapi flatten --parents']='folder:'
	['xapi restore --vm']='text:'
	['xapi restore --disk']='text:'
	['xapi restore --at']='text:'
	['check --failure']='listed:failures all FILE'
	['check --at']='text:'
	['check --fault']='rule:'
	['check --profile']='listed:profiles'
	['check --size']='size:'
	['check --image']='file:'
	['check --restore']='text:'
	['check --gives']='choice:file device tree nbd lvm xapi'
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
	['compare --gives']='choice:file device tree nbd lvm xapi'
	['compare --writer']='choice:none trickle storm'
	['compare --time-limit']='time:'
	['compare --seed']='number:'
	['compare --work']='folder:'
	['compare --report']='choice:json= html='
	['matrix --failures']='listed:failures none FILE'
	['matrix --profile']='listed:profiles'
	['matrix --size']='size:'
	['matrix --image']='choice:ext4= ntfs= xfs='
	['matrix --jobs']='number:'
	['matrix --report']='choice:markdown= json= html='
	['matrix --resume']='file:'
	['matrix --clients']='folder:'
	['matrix --time-limit']='time:'
	['matrix --seed']='number:'
	['matrix --work']='folder:'
	['sweep --failure']='listed:failures FILE'
	['sweep --fault']='rule:'
	['sweep --by']='choice:hits offsets'
	['sweep --points']='number:'
	['sweep --svg']='file:'
	['sweep --profile']='listed:profiles'
	['sweep --size']='size:'
	['sweep --image']='file:'
	['sweep --restore']='text:'
	['sweep --gives']='choice:file device tree nbd lvm xapi'
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
	['top *']='folder:'
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
	['fault add *']='rule:'
	['fault list 1']='folder:'
	['fault remove 1']='folder:'
	['fault remove 2']='fault:'
	['fault clear 1']='folder:'
	['fault release 1']='folder:'
	['writers list 1']='folder:'
	['writers add 1']='folder:'
	['writers add *']='choice:simulated hook fsfreeze'
	['writers remove 1']='folder:'
	['writers remove *']='writer:'
	['writers kill 1']='folder:'
	['writers kill *']='writer:'
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
	['run *']='listed:scenarios FILE'
	['report merge *']='file:'
	['replay 1']='file:'
	['shrink 1']='file:'
	['validate *']='listed:scenarios FILE'
	['backup 1']='file:'
	['backup 2']='file:'
	['restore 1']='file:'
	['restore 2']='file:'
	['list 1']='choice:profiles points gauges scenarios clients failures mounts'
	['bench *']='choice:randread-4k randwrite-4k seqread-1m seqwrite-1m latency-4k latency-write-4k first-writes-4k first-touch-4k snapshots-16 rewrite-4k view-4k view-1m view-128k view-buffered-128k chain-4k chain-1m backup-while-writing rules-randread-4k rules-randwrite-4k disturbed-4k coalesce snapshot-time map-memory mount-time'
)
declare -gA _snaprig_ends=(
	['mount']='--'
	['lvm']='--'
	['check']='--'
	['compare']='--'
	['sweep']='--'
)
# ---- end of the table ----

# _snaprig_read_line - what is typed, as the line has it: bash splits words at = and :, too.
# _snaprig_typed: the words up to the cursor, the program's name first, without their quotes;
# _snaprig_quote: the quote that is still open; _snaprig_given: how many characters of the last
# word are not replaced, as they stand before such a =.
_snaprig_read_line()
{
	local line=${COMP_LINE:0:COMP_POINT} letter quote='' word='' opened=0 at
	local last=${COMP_WORDS[COMP_CWORD]}

	_snaprig_typed=()
	for ((at = 0; at < ${#line}; at++)); do
		letter=${line:at:1}
		case $quote$letter in
		[\'\"]) quote=$letter opened=${#word} ;;
		"''" | '""') quote='' ;;
		\'* | \"[!\\]) word+=$letter ;;
		*\\) at=$((at + 1)) word+=${line:at:1} ;;
		[[:blank:]])
			[ "${line:at-1:1}" = ' ' ] || _snaprig_typed+=("$word")
			word=''
			;;
		*) word+=$letter ;;
		esac
	done
	_snaprig_typed+=("$word") _snaprig_quote=$quote _snaprig_given=$opened
	if [ -z "$quote" ]; then
		[[ $last != [=:] ]] || last=''
		last=${last//\\/}
		_snaprig_given=$((${#word} - ${#last}))
	fi
}

# _snaprig_offer HEAD [WORD...] - of these words those that begin as what was typed behind HEAD.
_snaprig_offer()
{
	local head=$1 word typed=${_snaprig_typed[-1]}

	shift
	for word in "$@"; do
		[[ $head$word == "$typed"* ]] || continue
		word=$head$word
		[[ $word != *[=:,] ]] || compopt -o nospace 2>/dev/null
		word=${word:_snaprig_given}
		[ -n "$_snaprig_quote" ] || [[ $word != *[^[:alnum:]_.,:=/%+-]* ]] ||
			printf -v word %q "$word"
		COMPREPLY+=("$word")
	done
}

# _snaprig_files HEAD OPTION - files (-f) or folders (-d), behind HEAD.
_snaprig_files()
{
	local typed=${_snaprig_typed[-1]} names

	typed=${typed:${#1}}
	mapfile -t names < <(compgen "$2" -- "$typed")
	COMPREPLY+=("${names[@]/#/"${1:_snaprig_given}"}")
	compopt -o filenames 2>/dev/null
}

# _snaprig_told HEAD WHAT WORD... - what the program says (`snaprig words`).
_snaprig_told()
{
	local head=$1 words

	shift
	mapfile -t words < <("${_snaprig_typed[0]}" words "$1" "$_snaprig_mnt" "${@:2}" 2>/dev/null |
		cut -f 1)
	_snaprig_offer "$head" "${words[@]}"
}

# _snaprig_rule HEAD WORD... - of a rule.  In quotes it is one word, and readline closes the
# quotes behind what is the only one to come: so what comes behind that is offered with it.
_snaprig_rule()
{
	local only

	_snaprig_told "$1" rule: "${@:2}"
	[ -n "$_snaprig_quote" ] && [ ${#COMPREPLY[@]} = 1 ] || return
	only=${COMPREPLY[0]}
	if [[ $only != *' '* ]]; then
		COMPREPLY=()
		_snaprig_typed[-1]="$only "
		_snaprig_told "$1" rule: "$only "
	elif [[ $only == *= ]]; then
		_snaprig_typed[-1]=$only
		_snaprig_told "$1" rule: "$only"
	fi
}

# _snaprig_one_of KIND:CHOICES HEAD [WORD...] - what an operand or a value can be; the words
# are those of a rule.
_snaprig_one_of()
{
	local choices=${1#*:} head=$2 value=${_snaprig_typed[-1]} start

	value=${value:${#head}}
	case $1 in
	choice:*)
		# shellcheck disable=SC2086 # words
		_snaprig_offer "$head" $choices
		for start in $choices; do
			[[ $start == *[=:] && $value == "$start"* ]] || continue
			_snaprig_files "$head$start" -f
		done
		;;
	rule:*) _snaprig_rule "$head" "${@:3}" ;;
	file:*) _snaprig_files "$head" -f ;;
	folder:*) _snaprig_files "$head" -d ;;
	listed:* | set:* | snapshot:* | fault:* | writer:*)
		_snaprig_told "$head" "$1" "$value"
		[[ " $choices " != *' FILE '* ]] || _snaprig_files "$head" -f
		;;
	esac
}

_snaprig()
{
	local _snaprig_typed _snaprig_quote _snaprig_given _snaprig_mnt='' operands=()
	local at word command previous what first=2

	COMPREPLY=()
	_snaprig_read_line
	word=${_snaprig_typed[-1]} command=${_snaprig_typed[1]-}
	if [ ${#_snaprig_typed[@]} = 2 ]; then
		# shellcheck disable=SC2086 # words
		_snaprig_offer '' $_snaprig_commands help --help --version
		return
	fi
	if [ "$command" = help ]; then
		_snaprig_typed=("${_snaprig_typed[0]}" "${_snaprig_typed[@]:2}")
		command=${_snaprig_typed[1]}
		if [ ${#_snaprig_typed[@]} = 2 ]; then
			# shellcheck disable=SC2086 # words
			_snaprig_offer '' $_snaprig_commands
			return
		fi
		if [ ${#_snaprig_typed[@]} = 3 ]; then
			# shellcheck disable=SC2086 # words
			_snaprig_offer '' ${_snaprig_actions[$command]-}
		fi
		return
	fi
	if [ -n "${_snaprig_actions[$command]-}" ]; then
		if [ ${#_snaprig_typed[@]} = 3 ]; then
			# shellcheck disable=SC2086 # words
			_snaprig_offer '' ${_snaprig_actions[$command]} --help
			return
		fi
		command="$command ${_snaprig_typed[2]}" first=3
	fi

	for ((at = first; at < ${#_snaprig_typed[@]} - 1; at++)); do
		previous=${_snaprig_typed[at]}
		if [ "$previous" = -- ] && [ -n "${_snaprig_ends[$command]-}" ]; then
			_snaprig_command "$at"
			return
		elif [ -n "${_snaprig_values["$command $previous"]-}" ]; then
			at=$((at + 1))
		elif [[ $previous != -* ]]; then
			operands+=("$previous")
			_snaprig_mnt=${_snaprig_mnt:-${previous/#\~\//"$HOME/"}}
		fi
	done
	previous=${_snaprig_typed[-2]}
	if [ $at = ${#_snaprig_typed[@]} ]; then
		_snaprig_one_of "${_snaprig_values["$command $previous"]}" '' "$word"
	elif [[ $word == --*=* ]]; then
		previous=${word%%=*}
		what=${_snaprig_values["$command $previous"]-}
		[ -z "$what" ] || _snaprig_one_of "$what" "$previous=" "${word#*=}"
	elif [[ $word == -* ]]; then
		# shellcheck disable=SC2086 # words
		_snaprig_offer '' ${_snaprig_options[$command]-}
	else
		what=${_snaprig_operands["$command $((${#operands[@]} + 1))"]-}
		what=${what:-${_snaprig_operands["$command *"]-}}
		_snaprig_one_of "$what" '' "${operands[@]:1}" "$word"
	fi
}

# _snaprig_command AT - the command line that stands behind the -- that is the word AT.
_snaprig_command()
{
	if [ "$1" = $((${#_snaprig_typed[@]} - 2)) ]; then
		mapfile -t COMPREPLY < <(compgen -c -- "${_snaprig_typed[-1]}")
	fi
	_snaprig_files '' -f
}

complete -F _snaprig snaprig
