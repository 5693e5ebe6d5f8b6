# SPDX-License-Identifier: Apache-2.0
#
# fish completion for snaprig; installed as .../fish/vendor_completions.d/snaprig.fish.

# __snaprig_line - the command, with its action, of what is typed up to the cursor, and its
# operands, a line each; nothing when an action is still missing.
function __snaprig_line
	set -l words (commandline -opc)[2..]
	set -l command $words[1]
	set -e words[1]
	if contains -- "$command" $__snaprig_groups
		test (count $words) -gt 0; or return
		set command "$command $words[1]"
		set -e words[1]
	end
	echo $command
	while test (count $words) -gt 0
		if test "$words[1]" = --; and contains -- $command $__snaprig_ends
			return
		else if contains -- "$command $words[1]" $__snaprig_values
			set -e words[1]
		else if not string match -q -- '-*' $words[1]
			echo $words[1]
		end
		set -e words[1]
	end
end

# __snaprig_on COMMAND - whether the words are of it.
function __snaprig_on
	set -l line (__snaprig_line)
	test "$line[1]" = "$argv"
end

# __snaprig_wants command|action [COMMAND] - whether one is typed now.
function __snaprig_wants
	set -l words (commandline -opc)[2..]
	test "$words[1]" != help; or set -e words[1]
	test "$words" = "$argv[2..]"
end

# What is typed now: of an option with a = its value, and without its quote.
function __snaprig_typed
	string replace -r -- '^--[^=]*=' '' (commandline -ct) | string replace -r '^[\'"]' ''
end

# __snaprig_told KIND:CHOICES WORD... - what the program says (`snaprig words`).  All of it at
# once: fish puts what a function prints next between the lines of a program.
function __snaprig_told
	set -l line (__snaprig_line)
	set -l mnt $line[2]
	set -l program (commandline -opc)[1]
	set -l said ($program words $argv[1] "$mnt" $argv[2..] 2>/dev/null)
	test -z "$said"; or printf '%s\n' $said
end

function __snaprig_files
	complete -C"snaprig_file $argv"
end

# __snaprig_one_of KIND:CHOICES [WORD...] - what an operand or a value can be, with the words of a
# rule before it.
function __snaprig_one_of
	set -l kind (string split -m 1 : $argv[1])
	set -l typed (__snaprig_typed)
	switch $kind[1]
		case choice
			set -l choices (string split -n ' ' $kind[2])
			for choice in $choices
				if string match -qr -- '[=:]$' $choice; and string match -q -- "$choice*" $typed
					__snaprig_files (string replace -- $choice '' $typed) |
						string replace -r '^' $choice
				end
			end
			printf '%s\n' $choices
		case file
			__snaprig_files $typed
		case folder
			__fish_complete_directories $typed ''
		case rule
			__snaprig_told rule: $argv[2..] "$typed"
		case listed set snapshot fault writer
			__snaprig_told $argv[1] "$typed"
			if string match -q -- '* FILE*' $kind[2]
				__snaprig_files $typed
			end
	end
end

function __snaprig_operands
	set -l line (__snaprig_line)
	set -l what (__snaprig_operand "$line[1] "(count $line))
	test -n "$what"; or set what (__snaprig_operand "$line[1] rest")
	test -z "$what"; or __snaprig_one_of $what $line[3..]
end

# The command line behind a --.
function __snaprig_command
	set -l words (commandline -opc)
	set -l end (contains -i -- -- $words)
	and complete -C(string join ' ' -- (string escape -- $words[(math $end + 1)..]) (commandline -ct))
end

function __snaprig_has_end
	set -l line (__snaprig_line)
	contains -- -- (commandline -opc); and contains -- "$line[1]" $__snaprig_ends
end

complete -c snaprig -f
complete -c snaprig -n __snaprig_has_end -a '(__snaprig_command)'
complete -c snaprig -n 'not __snaprig_has_end' -a '(__snaprig_operands)'
complete -c snaprig -l help -d 'show this'
complete -c snaprig -n '__snaprig_wants command' -l version -d 'tell the version'
complete -c snaprig -n '__snaprig_wants command' -a help -d 'of a command'

# ---- the table of commands, as `make commands` writes it ----
set -g __snaprig_values 'create --size' \
	'mount --size' \
	'mount --profile' \
	'mount --limit' \
	'mount --block' \
	'mount --sr' \
	'mount --format' \
	'mount --coalesce-rate' \
	'mount --time-scale' \
	'mount --memory' \
	'mount --store' \
	'mount --transport' \
	'mount --fault' \
	'mount --writer' \
	'mount --seed' \
	'mount --watchdog' \
	'mount --busy-poll' \
	'mount --read-ahead' \
	'mount -o' \
	'verify --store' \
	'status --output' \
	'snapshot create --limit' \
	'snapshot create --block' \
	'snapshot create --of' \
	'snapshot changed --bitmap' \
	'snapshot changed --until' \
	'gauge set --size' \
	'lvm --vg' \
	'lvm --lv' \
	'lvm --free' \
	'lvm --lvm-messages' \
	'xapi serve --listen' \
	'xapi serve --fault' \
	'xapi serve --state' \
	'xapi serve --longest-event-wait' \
	'xapi serve --nbd' \
	'xapi serve --export-framing' \
	'xapi flatten --parents' \
	'xapi restore --vm' \
	'xapi restore --disk' \
	'xapi restore --at' \
	'check --failure' \
	'check --at' \
	'check --fault' \
	'check --profile' \
	'check --size' \
	'check --image' \
	'check --restore' \
	'check --gives' \
	'check --writer' \
	'check --time-limit' \
	'check --seed' \
	'check --work' \
	'check --keeps' \
	'compare --rounds' \
	'compare --profile' \
	'compare --size' \
	'compare --image' \
	'compare --restore' \
	'compare --gives' \
	'compare --writer' \
	'compare --time-limit' \
	'compare --seed' \
	'compare --work' \
	'compare --report' \
	'matrix --failures' \
	'matrix --profile' \
	'matrix --size' \
	'matrix --image' \
	'matrix --jobs' \
	'matrix --report' \
	'matrix --resume' \
	'matrix --clients' \
	'matrix --time-limit' \
	'matrix --seed' \
	'matrix --work' \
	'sweep --failure' \
	'sweep --fault' \
	'sweep --by' \
	'sweep --points' \
	'sweep --svg' \
	'sweep --profile' \
	'sweep --size' \
	'sweep --image' \
	'sweep --restore' \
	'sweep --gives' \
	'sweep --writer' \
	'sweep --time-limit' \
	'sweep --seed' \
	'sweep --work' \
	'run --seed' \
	'run --filter' \
	'run --shard' \
	'run --jobs' \
	'run --retries' \
	'run --report' \
	'run --record' \
	'run --artifacts' \
	'run --clients' \
	'run --work' \
	'report merge --report' \
	'replay --work' \
	'replay --clients' \
	'shrink --work' \
	'shrink --clients' \
	'validate --clients' \
	'backup --like' \
	'backup --retry' \
	'backup --xapi' \
	'backup --job' \
	'backup --max-uncoalesced' \
	'backup --retries' \
	'backup --keep' \
	'backup --http-timeout' \
	'backup --task-timeout' \
	'backup --lock-stale' \
	'restore --xapi' \
	'restore --vm' \
	'restore --at' \
	'restore --http-timeout' \
	'bench --rounds' \
	'bench --seconds' \
	'bench --size' \
	'bench --dir' \
	'bench --baseline' \
	'bench --report' \
	'bench --artifacts'
set -g __snaprig_groups 'datto' \
	'fault' \
	'gauge' \
	'report' \
	'snapshot' \
	'writers' \
	'xapi'
set -g __snaprig_ends 'mount' \
	'lvm' \
	'check' \
	'compare' \
	'sweep'
function __snaprig_operand
	switch "$argv"
		case 'create 1'
			echo 'file:'
		case 'mount 1'
			echo 'file:'
		case 'mount 2'
			echo 'folder:'
		case 'verify 1'
			echo 'file:'
		case 'umount 1'
			echo 'folder:'
		case 'status 1'
			echo 'folder:'
		case 'top rest'
			echo 'folder:'
		case 'events 1'
			echo 'file:'
		case 'snapshot create 1'
			echo 'folder:'
		case 'snapshot create 2'
			echo 'text:'
		case 'snapshot clone 1'
			echo 'folder:'
		case 'snapshot clone 2'
			echo 'snapshot:'
		case 'snapshot clone 3'
			echo 'text:'
		case 'snapshot delete 1'
			echo 'folder:'
		case 'snapshot delete 2'
			echo 'snapshot:'
		case 'snapshot detach 1'
			echo 'folder:'
		case 'snapshot detach 2'
			echo 'snapshot:'
		case 'snapshot attach 1'
			echo 'folder:'
		case 'snapshot attach 2'
			echo 'snapshot:'
		case 'snapshot rename 1'
			echo 'folder:'
		case 'snapshot rename 2'
			echo 'snapshot:'
		case 'snapshot rename 3'
			echo 'text:'
		case 'snapshot limit 1'
			echo 'folder:'
		case 'snapshot limit 2'
			echo 'snapshot:'
		case 'snapshot limit 3'
			echo 'size:'
		case 'snapshot list 1'
			echo 'folder:'
		case 'snapshot changed 1'
			echo 'folder:'
		case 'snapshot changed 2'
			echo 'snapshot:'
		case 'coalesce 1'
			echo 'folder:'
		case 'datto ctl 1'
			echo 'folder:'
		case 'datto ctl 2'
			echo 'choice:setup-snapshot reload-snapshot reload-incremental destroy transition-to-incremental transition-to-snapshot reconfigure expand-cow-file reconfigure-auto-expand help'
		case 'datto ctl rest'
			echo 'file:'
		case 'datto mount 1'
			echo 'folder:'
		case 'datto umount 1'
			echo 'folder:'
		case 'fault add 1'
			echo 'folder:'
		case 'fault add rest'
			echo 'rule:'
		case 'fault list 1'
			echo 'folder:'
		case 'fault remove 1'
			echo 'folder:'
		case 'fault remove 2'
			echo 'fault:'
		case 'fault clear 1'
			echo 'folder:'
		case 'fault release 1'
			echo 'folder:'
		case 'writers list 1'
			echo 'folder:'
		case 'writers add 1'
			echo 'folder:'
		case 'writers add rest'
			echo 'choice:simulated hook fsfreeze'
		case 'writers remove 1'
			echo 'folder:'
		case 'writers remove rest'
			echo 'writer:'
		case 'writers kill 1'
			echo 'folder:'
		case 'writers kill rest'
			echo 'writer:'
		case 'writers freeze 1'
			echo 'folder:'
		case 'writers thaw 1'
			echo 'folder:'
		case 'writers notify 1'
			echo 'folder:'
		case 'writers notify 2'
			echo 'choice:identify backup-complete pre-restore post-restore backup-shutdown abort'
		case 'gauge set 1'
			echo 'folder:'
		case 'gauge set 2'
			echo 'listed:gauges'
		case 'gauge set 3'
			echo 'text:'
		case 'gauge release 1'
			echo 'folder:'
		case 'gauge release 2'
			echo 'listed:gauges'
		case 'lvm 1'
			echo 'file:'
		case 'xapi serve 1'
			echo 'file:'
		case 'xapi call 1'
			echo 'text:'
		case 'xapi call 2'
			echo 'text:'
		case 'xapi call rest'
			echo 'text:'
		case 'xapi flatten 1'
			echo 'file:'
		case 'xapi flatten 2'
			echo 'file:'
		case 'xapi restore 1'
			echo 'folder:'
		case 'xapi restore 2'
			echo 'file:'
		case 'matrix rest'
			echo 'listed:clients'
		case 'run rest'
			echo 'listed:scenarios FILE'
		case 'report merge rest'
			echo 'file:'
		case 'replay 1'
			echo 'file:'
		case 'shrink 1'
			echo 'file:'
		case 'validate rest'
			echo 'listed:scenarios FILE'
		case 'backup 1'
			echo 'file:'
		case 'backup 2'
			echo 'file:'
		case 'restore 1'
			echo 'file:'
		case 'restore 2'
			echo 'file:'
		case 'list 1'
			echo 'choice:profiles points gauges scenarios clients failures mounts'
		case 'bench rest'
			echo 'choice:randread-4k randwrite-4k seqread-1m seqwrite-1m latency-4k latency-write-4k first-writes-4k first-touch-4k snapshots-16 rewrite-4k view-4k view-1m view-128k view-buffered-128k chain-4k chain-1m backup-while-writing rules-randread-4k rules-randwrite-4k disturbed-4k coalesce snapshot-time map-memory mount-time'
	end
end
complete -c snaprig -n '__snaprig_wants command' -a 'create' -d 'make an image for a volume'
complete -c snaprig -n '__snaprig_wants command' -a 'mount' -d 'mount a volume'
complete -c snaprig -n '__snaprig_wants command' -a 'verify' -d 'read and check all of it, unmounted'
complete -c snaprig -n '__snaprig_wants command' -a 'umount' -d 'unmount it, and wait until it is on disk'
complete -c snaprig -n '__snaprig_wants command' -a 'status' -d 'show its snapshots, gauges and counters'
complete -c snaprig -n '__snaprig_wants command' -a 'top' -d 'watch volumes live'
complete -c snaprig -n '__snaprig_wants command' -a 'events' -d 'show what happened, or follow it'
complete -c snaprig -n '__snaprig_wants command' -a 'snapshot' -d 'take and delete snapshots'
complete -c snaprig -n '__snaprig_wants command' -a 'coalesce' -d 'make a chain of nodes shorter'
complete -c snaprig -n '__snaprig_wants command' -a 'datto' -d 'what dattobd\'s tool and its file system do'
complete -c snaprig -n '__snaprig_wants command' -a 'fault' -d 'break it at an exact moment'
complete -c snaprig -n '__snaprig_wants command' -a 'writers' -d 'the applications that freeze for a snapshot'
complete -c snaprig -n '__snaprig_wants command' -a 'gauge' -d 'feign a measured quantity, or press memory'
complete -c snaprig -n '__snaprig_wants command' -a 'lvm' -d 'the real LVM tools, in a world of their own'
complete -c snaprig -n '__snaprig_wants command' -a 'xapi' -d 'a XenServer pool, and what is backed up from it'
complete -c snaprig -n '__snaprig_wants command' -a 'check' -d 'any backup tool, on a snapshot that breaks'
complete -c snaprig -n '__snaprig_wants command' -a 'compare' -d 'how backup tools read, and how fast, side by side'
complete -c snaprig -n '__snaprig_wants command' -a 'matrix' -d 'what each backup tool makes of each failure, as a table'
complete -c snaprig -n '__snaprig_wants command' -a 'sweep' -d 'a backup tool, and a failure at every place of its reading'
complete -c snaprig -n '__snaprig_wants command' -a 'run' -d 'run scenarios, judge the clients'
complete -c snaprig -n '__snaprig_wants command' -a 'report' -d 'reports of several runs'
complete -c snaprig -n '__snaprig_wants command' -a 'replay' -d 'run a recorded scenario again, fault by fault'
complete -c snaprig -n '__snaprig_wants command' -a 'shrink' -d 'find the fewest faults that lead to its verdict'
complete -c snaprig -n '__snaprig_wants command' -a 'validate' -d 'find mistakes in scenarios, adapters and failures'
complete -c snaprig -n '__snaprig_wants command' -a 'demo' -d 'what six backup tools make of four failures, as a table'
complete -c snaprig -n '__snaprig_wants command' -a 'backup' -d 'back a snapshot up'
complete -c snaprig -n '__snaprig_wants command' -a 'restore' -d 'restore it'
complete -c snaprig -n '__snaprig_wants command' -a 'list' -d 'list what there is'
complete -c snaprig -n '__snaprig_wants command' -a 'doctor' -d 'tell what works here, and how to get the rest'
complete -c snaprig -n '__snaprig_wants command' -a 'bench' -d 'how fast it is here, against the disk and against others'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'create' -d 'take a snapshot'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'clone' -d 'make a clone of a snapshot, which can be written to'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'delete' -d 'delete a snapshot'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'detach' -d 'preserve nothing for a snapshot any more (profile lvm)'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'attach' -d 'preserve for a snapshot again (profile lvm)'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'rename' -d 'give a snapshot another name (profile lvm)'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'limit' -d 'give a snapshot another limit (profile lvm)'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'list' -d 'list the snapshots'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'changed' -d 'list the blocks that changed since a snapshot'
complete -c snaprig -n '__snaprig_wants action datto' -a 'ctl' -d 'what dbdctl would do and answer'
complete -c snaprig -n '__snaprig_wants action datto' -a 'mount' -d 'as if the file system on the volume were mounted again'
complete -c snaprig -n '__snaprig_wants action datto' -a 'umount' -d 'as if it were unmounted: the snapshot is dormant'
complete -c snaprig -n '__snaprig_wants action fault' -a 'add' -d 'arm a fault'
complete -c snaprig -n '__snaprig_wants action fault' -a 'list' -d 'list the faults and what they did'
complete -c snaprig -n '__snaprig_wants action fault' -a 'remove' -d 'remove one'
complete -c snaprig -n '__snaprig_wants action fault' -a 'clear' -d 'remove all'
complete -c snaprig -n '__snaprig_wants action fault' -a 'release' -d 'release everything that hangs'
complete -c snaprig -n '__snaprig_wants action writers' -a 'list' -d 'show them as vssadmin does'
complete -c snaprig -n '__snaprig_wants action writers' -a 'add' -d 'add one'
complete -c snaprig -n '__snaprig_wants action writers' -a 'remove' -d 'remove one'
complete -c snaprig -n '__snaprig_wants action writers' -a 'kill' -d 'let a simulated one die'
complete -c snaprig -n '__snaprig_wants action writers' -a 'freeze' -d 'freeze all'
complete -c snaprig -n '__snaprig_wants action writers' -a 'thaw' -d 'thaw all'
complete -c snaprig -n '__snaprig_wants action writers' -a 'notify' -d 'tell them of an event outside a snapshot'
complete -c snaprig -n '__snaprig_wants action gauge' -a 'set' -d 'feign a measured quantity'
complete -c snaprig -n '__snaprig_wants action gauge' -a 'release' -d 'measure it again'
complete -c snaprig -n '__snaprig_wants action xapi' -a 'serve' -d 'serve a pool to Xen Orchestra'
complete -c snaprig -n '__snaprig_wants action xapi' -a 'demo' -d 'a pool is backed up, fails for want of room, is cured and restored'
complete -c snaprig -n '__snaprig_wants action xapi' -a 'call' -d 'do something to a pool by hand, as with xe'
complete -c snaprig -n '__snaprig_wants action xapi' -a 'flatten' -d 'make of a VHD, and its parents, the disk that it is'
complete -c snaprig -n '__snaprig_wants action xapi' -a 'restore' -d 'restore a disk from a backup of Xen Orchestra'
complete -c snaprig -n '__snaprig_wants action report' -a 'merge' -d 'the reports of several runs as one'
complete -c snaprig -n '__snaprig_on create' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'a multiple of 512'
complete -c snaprig -n '__snaprig_on create' -l json -d 'print what was made, as JSON'
complete -c snaprig -n '__snaprig_on mount' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'instead of IMAGE, one of zeros that goes when the command has ended'
complete -c snaprig -n '__snaprig_on mount' -l profile -x -a '(__snaprig_one_of \'listed:profiles\')' -d 'the system to imitate'
complete -c snaprig -n '__snaprig_on mount' -l limit -x -a '(__snaprig_one_of \'size:\')' -d 'room for the old blocks of one snapshot'
complete -c snaprig -n '__snaprig_on mount' -l block -x -a '(__snaprig_one_of \'size:\')' -d 'what a snapshot preserves at a time'
complete -c snaprig -n '__snaprig_on mount' -l sr -x -a '(__snaprig_one_of \'choice:file lvm\')' -d 'what a chain lies on'
complete -c snaprig -n '__snaprig_on mount' -l format -x -a '(__snaprig_one_of \'choice:vhd qcow2\')' -d 'the format of a chain\'s nodes'
complete -c snaprig -n '__snaprig_on mount' -l coalesce-rate -x -a '(__snaprig_one_of \'size:\')' -d 'how much coalesce copies a second at most'
complete -c snaprig -n '__snaprig_on mount' -l no-coalesce -d 'coalesce only at \'snaprig coalesce\''
complete -c snaprig -n '__snaprig_on mount' -l time-scale -x -a '(__snaprig_one_of \'number:\')' -d 'the rig\'s clock runs X times as fast as time'
complete -c snaprig -n '__snaprig_on mount' -l memory -x -a '(__snaprig_one_of \'choice:system cgroup:\')' -d 'what memory.used is measured from'
complete -c snaprig -n '__snaprig_on mount' -l durable -d 'snapshots outlive a power cut, too'
complete -c snaprig -n '__snaprig_on mount' -l verify -d 'read all stores and check their data, which may take minutes'
complete -c snaprig -n '__snaprig_on mount' -l trust-image -d 'the snapshots are of this image, whatever its times and its inode say'
complete -c snaprig -n '__snaprig_on mount' -l fail-snapshots -d 'they are not: fail the snapshots that share its data'
complete -c snaprig -n '__snaprig_on mount' -l store -x -a '(__snaprig_one_of \'folder:\')' -d 'where the state lies'
complete -c snaprig -n '__snaprig_on mount' -l transport -x -a '(__snaprig_one_of \'choice:auto dev\')' -d 'auto or dev, which are the same in this version'
complete -c snaprig -n '__snaprig_on mount' -l fault -x -a '(__snaprig_one_of \'rule:\')' -d 'a fault that is armed from the start'
complete -c snaprig -n '__snaprig_on mount' -l writer -x -a '(__snaprig_one_of \'choice:simulated hook fsfreeze\')' -d 'an application that must freeze for a snapshot'
complete -c snaprig -n '__snaprig_on mount' -l no-writer-check -d 'take the snapshot even if a writer fails'
complete -c snaprig -n '__snaprig_on mount' -l seed -x -a '(__snaprig_one_of \'number:\')' -d 'seed of what faults leave to chance'
complete -c snaprig -n '__snaprig_on mount' -l watchdog -x -a '(__snaprig_one_of \'choice:off 60s\')' -d 'end a rig that has stood still for so long, with a trace in rig.log'
complete -c snaprig -n '__snaprig_on mount' -l busy-poll -x -a '(__snaprig_one_of \'choice:off auto 60us\')' -d 'while requests come, look out for the next event so long before going to sleep'
complete -c snaprig -n '__snaprig_on mount' -l read-ahead -x -a '(__snaprig_one_of \'choice:off 2MiB\')' -d 'read so much, at most, of a snapshot before who reads it in sequence asks for it'
complete -c snaprig -n '__snaprig_on mount' -l foreground -d 'stay in the foreground'
complete -c snaprig -n '__snaprig_on mount' -l json -d 'print what is mounted, and the process that serves it, as JSON'
complete -c snaprig -n '__snaprig_on mount' -s o -x -a '(__snaprig_one_of \'set:ro allow_other allow_root max_read= noatime default_permissions dev nodev exec noexec suid nosuid dirsync debug uid= gid= mode= umask= profile= limit= block= sr= format= coalesce-rate= no-coalesce time-scale= memory= durable verify trust-image fail-snapshots store= transport= fault= writer= no-writer-check seed= watchdog= busy-poll= read-ahead= noauto nofail\')' -d 'options of FUSE, with commas'
complete -c snaprig -n '__snaprig_on verify' -l store -x -a '(__snaprig_one_of \'folder:\')' -d 'where the state lies'
complete -c snaprig -n '__snaprig_on verify' -l json -d 'print one object'
complete -c snaprig -n '__snaprig_on umount' -l json -d 'print what was unmounted, as JSON'
complete -c snaprig -n '__snaprig_on status' -l json -d 'print the object of MNT/.snaprig/status.json'
complete -c snaprig -n '__snaprig_on status' -l metrics -d 'print it as metrics, in the text format of Prometheus'
complete -c snaprig -n '__snaprig_on status' -l output -x -a '(__snaprig_one_of \'file:\')' -d 'write it to FILE, whose readers see all of it or the last one'
complete -c snaprig -n '__snaprig_on top' -l once -d 'print it once, as it also is where the terminal cannot be drawn on'
complete -c snaprig -n '__snaprig_on top' -l json -d 'print it once, as JSON'
complete -c snaprig -n '__snaprig_on events' -l follow -d 'keep printing what happens, until the volume is unmounted'
complete -c snaprig -n '__snaprig_on events' -l json -d 'print the lines of the journal as they are, one JSON object each'
complete -c snaprig -n '__snaprig_on snapshot create' -l limit -x -a '(__snaprig_one_of \'size:\')' -d 'room for preserved blocks'
complete -c snaprig -n '__snaprig_on snapshot create' -l block -x -a '(__snaprig_one_of \'size:\')' -d 'bytes preserved at a time'
complete -c snaprig -n '__snaprig_on snapshot create' -l of -x -a '(__snaprig_one_of \'snapshot:\')' -d 'take it of a clone, instead of the live view'
complete -c snaprig -n '__snaprig_on snapshot create' -l no-writers -d 'ask no writer to freeze for it'
complete -c snaprig -n '__snaprig_on snapshot create' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot clone' -l full -d 'copy all data: the clone is the root of a tree of its own'
complete -c snaprig -n '__snaprig_on snapshot clone' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot delete' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot detach' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot attach' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot rename' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot limit' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot list' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot changed' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on snapshot changed' -l bitmap -x -a '(__snaprig_one_of \'file:\')' -d 'write a bit for each block, the lowest of a byte first'
complete -c snaprig -n '__snaprig_on snapshot changed' -l until -x -a '(__snaprig_one_of \'snapshot:\')' -d 'until this snapshot was taken, in place of the live view'
complete -c snaprig -n '__snaprig_on coalesce' -l wait -d 'wait until nothing more can be merged'
complete -c snaprig -n '__snaprig_on coalesce' -l abort -d 'stop a merge that is under way'
complete -c snaprig -n '__snaprig_on coalesce' -l json -d 'print the chain of the status'
complete -c snaprig -n '__snaprig_on datto mount' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on datto umount' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on fault add' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on fault list' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on fault remove' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on fault clear' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on fault release' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers list' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers add' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers remove' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers kill' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers freeze' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers thaw' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers notify' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on gauge set' -l real -d 'of memory.used: do not feign it; take memory in a cgroup until it reads VALUE (10% to 95%); needs root'
complete -c snaprig -n '__snaprig_on gauge set' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'the limit of that cgroup'
complete -c snaprig -n '__snaprig_on gauge set' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on gauge release' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on lvm' -l vg -x -a '(__snaprig_one_of \'text:\')' -d 'the volume group'
complete -c snaprig -n '__snaprig_on lvm' -l lv -x -a '(__snaprig_one_of \'text:\')' -d 'the logical volume that the volume is'
complete -c snaprig -n '__snaprig_on lvm' -l free -x -a '(__snaprig_one_of \'size:\')' -d 'free extents in the group'
complete -c snaprig -n '__snaprig_on lvm' -l empty -d 'a group without a logical volume, all of it free'
complete -c snaprig -n '__snaprig_on lvm' -l monitor -d 'the real dmeventd watches snapshots, and extends them'
complete -c snaprig -n '__snaprig_on lvm' -l lvm-messages -x -a '(__snaprig_one_of \'choice:2.02\')' -d 'what LVM up to 2.02 says of dead devices, said by a wrapper before the real tools'
complete -c snaprig -n '__snaprig_on lvm' -l enter -d 'join the world of the volume that is mounted there'
complete -c snaprig -n '__snaprig_on lvm' -l journal -d 'what the commands of the last world did, and what is wrong with it'
complete -c snaprig -n '__snaprig_on lvm' -l json -d 'that in JSON'
complete -c snaprig -n '__snaprig_on xapi serve' -l listen -x -a '(__snaprig_one_of \'text:\')' -d '127.0.0.1:PORT, [::1]:PORT or unix:PATH'
complete -c snaprig -n '__snaprig_on xapi serve' -l fault -x -a '(__snaprig_one_of \'rule:\')' -d 'a rule, armed at the rig of the first disk'
complete -c snaprig -n '__snaprig_on xapi serve' -l state -x -a '(__snaprig_one_of \'folder:\')' -d 'where the pool lives'
complete -c snaprig -n '__snaprig_on xapi serve' -l longest-event-wait -x -a '(__snaprig_one_of \'time:\')' -d 'how long event.from waits at most'
complete -c snaprig -n '__snaprig_on xapi serve' -l nbd -x -a '(__snaprig_one_of \'text:\')' -d 'serve disks over NBD, too'
complete -c snaprig -n '__snaprig_on xapi serve' -l export-framing -x -a '(__snaprig_one_of \'choice:chunked length close old-close\')' -d 'how the body of an export ends'
complete -c snaprig -n '__snaprig_on xapi demo' -l json -d 'print the runs as JSON'
complete -c snaprig -n '__snaprig_on xapi flatten' -l parents -x -a '(__snaprig_one_of \'folder:\')' -d 'look for parents here, too'
complete -c snaprig -n '__snaprig_on xapi flatten' -l json -d 'print what was made, as JSON'
complete -c snaprig -n '__snaprig_on xapi restore' -l vm -x -a '(__snaprig_one_of \'text:\')' -d 'of which VM'
complete -c snaprig -n '__snaprig_on xapi restore' -l disk -x -a '(__snaprig_one_of \'text:\')' -d 'which of its disks, by name or uuid, if it has several'
complete -c snaprig -n '__snaprig_on xapi restore' -l at -x -a '(__snaprig_one_of \'text:\')' -d 'as the restore point is called'
complete -c snaprig -n '__snaprig_on xapi restore' -l list -d 'list the restore points with their disks'
complete -c snaprig -n '__snaprig_on xapi restore' -l json -d 'print the list, or what was made, as JSON'
complete -c snaprig -n '__snaprig_on check' -l failure -x -a '(__snaprig_one_of \'listed:failures all FILE\')' -d 'what happens (\'snaprig list failures\'), a file of one\'s own, or each that this machine can bring about'
complete -c snaprig -n '__snaprig_on check' -l at -x -a '(__snaprig_one_of \'text:\')' -d 'when it happens, instead of its own moment'
complete -c snaprig -n '__snaprig_on check' -l fault -x -a '(__snaprig_one_of \'rule:\')' -d 'a fault, armed before the snapshot is taken'
complete -c snaprig -n '__snaprig_on check' -l profile -x -a '(__snaprig_one_of \'listed:profiles\')' -d 'the system to imitate'
complete -c snaprig -n '__snaprig_on check' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'of a volume of random bytes'
complete -c snaprig -n '__snaprig_on check' -l image -x -a '(__snaprig_one_of \'file:\')' -d 'or a copy of this file is the volume'
complete -c snaprig -n '__snaprig_on check' -l restore -x -a '(__snaprig_one_of \'text:\')' -d 'makes {restored} of {out}, a line for a shell'
complete -c snaprig -n '__snaprig_on check' -l gives -x -a '(__snaprig_one_of \'choice:file device tree nbd lvm xapi\')' -d 'what {snapshot} is'
complete -c snaprig -n '__snaprig_on check' -l takes -d 'CMD takes the snapshot {snapshot} itself'
complete -c snaprig -n '__snaprig_on check' -l writer -x -a '(__snaprig_one_of \'choice:none trickle storm\')' -d 'what writes meanwhile'
complete -c snaprig -n '__snaprig_on check' -l time-limit -x -a '(__snaprig_one_of \'time:\')' -d 'for one run of CMD'
complete -c snaprig -n '__snaprig_on check' -l seed -x -a '(__snaprig_one_of \'number:\')' -d 'all content and all chance come from it'
complete -c snaprig -n '__snaprig_on check' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where work folders are made'
complete -c snaprig -n '__snaprig_on check' -l keep -d 'keep the work folders, and say where they are'
complete -c snaprig -n '__snaprig_on check' -l steady -d 'run it without the failure first'
complete -c snaprig -n '__snaprig_on check' -l keeps -x -a '(__snaprig_one_of \'number:\')' -d 'CMD keeps the latest N backups'
complete -c snaprig -n '__snaprig_on check' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on compare' -l rounds -x -a '(__snaprig_one_of \'number:\')' -d 'how often each is run, by turns'
complete -c snaprig -n '__snaprig_on compare' -l profile -x -a '(__snaprig_one_of \'listed:profiles\')' -d 'the system to imitate'
complete -c snaprig -n '__snaprig_on compare' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'of a volume of random bytes'
complete -c snaprig -n '__snaprig_on compare' -l image -x -a '(__snaprig_one_of \'file:\')' -d 'or a copy of this file is the volume'
complete -c snaprig -n '__snaprig_on compare' -l restore -x -a '(__snaprig_one_of \'text:\')' -d 'makes {restored} of {out}, a line for a shell'
complete -c snaprig -n '__snaprig_on compare' -l gives -x -a '(__snaprig_one_of \'choice:file device tree nbd lvm xapi\')' -d 'what {snapshot} is'
complete -c snaprig -n '__snaprig_on compare' -l takes -d 'CMD takes the snapshot {snapshot} itself'
complete -c snaprig -n '__snaprig_on compare' -l writer -x -a '(__snaprig_one_of \'choice:none trickle storm\')' -d 'what writes meanwhile'
complete -c snaprig -n '__snaprig_on compare' -l time-limit -x -a '(__snaprig_one_of \'time:\')' -d 'for one run of CMD'
complete -c snaprig -n '__snaprig_on compare' -l seed -x -a '(__snaprig_one_of \'number:\')' -d 'all content and all chance come from it'
complete -c snaprig -n '__snaprig_on compare' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where work folders are made'
complete -c snaprig -n '__snaprig_on compare' -l keep -d 'keep the work folders, and say where they are'
complete -c snaprig -n '__snaprig_on compare' -l report -x -a '(__snaprig_one_of \'choice:json= html=\')' -d 'json or html; written after each round, whole at any moment'
complete -c snaprig -n '__snaprig_on compare' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on matrix' -l failures -x -a '(__snaprig_one_of \'listed:failures none FILE\')' -d 'these of \'snaprig list failures\', patterns of them'
complete -c snaprig -n '__snaprig_on matrix' -l profile -x -a '(__snaprig_one_of \'listed:profiles\')' -d 'only on this system'
complete -c snaprig -n '__snaprig_on matrix' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'of the volume (default 32MiB)'
complete -c snaprig -n '__snaprig_on matrix' -l image -x -a '(__snaprig_one_of \'choice:ext4= ntfs= xfs=\')' -d 'the volume of clients of this file system'
complete -c snaprig -n '__snaprig_on matrix' -l jobs -x -a '(__snaprig_one_of \'number:\')' -d 'how many checks at a time'
complete -c snaprig -n '__snaprig_on matrix' -l report -x -a '(__snaprig_one_of \'choice:markdown= json= html=\')' -d 'markdown, json or html'
complete -c snaprig -n '__snaprig_on matrix' -l resume -x -a '(__snaprig_one_of \'file:\')' -d 'take what has been run from this json report'
complete -c snaprig -n '__snaprig_on matrix' -l clients -x -a '(__snaprig_one_of \'folder:\')' -d 'look for adapters of clients in this folder, too'
complete -c snaprig -n '__snaprig_on matrix' -l time-limit -x -a '(__snaprig_one_of \'time:\')' -d 'for one run of a client'
complete -c snaprig -n '__snaprig_on matrix' -l seed -x -a '(__snaprig_one_of \'number:\')' -d 'all content and all chance come from it'
complete -c snaprig -n '__snaprig_on matrix' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where work folders are made'
complete -c snaprig -n '__snaprig_on matrix' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on sweep' -l failure -x -a '(__snaprig_one_of \'listed:failures FILE\')' -d 'what happens (\'snaprig list failures\'), at one moment after the other'
complete -c snaprig -n '__snaprig_on sweep' -l fault -x -a '(__snaprig_one_of \'rule:\')' -d 'or a fault, at one hit or offset after the other, once at each hit unless it says how often'
complete -c snaprig -n '__snaprig_on sweep' -l by -x -a '(__snaprig_one_of \'choice:hits offsets\')' -d 'at which hit it strikes'
complete -c snaprig -n '__snaprig_on sweep' -l points -x -a '(__snaprig_one_of \'number:\')' -d 'try so many places at most'
complete -c snaprig -n '__snaprig_on sweep' -l every -d 'try every place'
complete -c snaprig -n '__snaprig_on sweep' -l svg -x -a '(__snaprig_one_of \'file:\')' -d 'write the map as a picture, too'
complete -c snaprig -n '__snaprig_on sweep' -l profile -x -a '(__snaprig_one_of \'listed:profiles\')' -d 'the system to imitate'
complete -c snaprig -n '__snaprig_on sweep' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'of a volume of random bytes'
complete -c snaprig -n '__snaprig_on sweep' -l image -x -a '(__snaprig_one_of \'file:\')' -d 'or a copy of this file is the volume'
complete -c snaprig -n '__snaprig_on sweep' -l restore -x -a '(__snaprig_one_of \'text:\')' -d 'makes {restored} of {out}, a line for a shell'
complete -c snaprig -n '__snaprig_on sweep' -l gives -x -a '(__snaprig_one_of \'choice:file device tree nbd lvm xapi\')' -d 'what {snapshot} is'
complete -c snaprig -n '__snaprig_on sweep' -l takes -d 'CMD takes the snapshot {snapshot} itself'
complete -c snaprig -n '__snaprig_on sweep' -l writer -x -a '(__snaprig_one_of \'choice:none trickle storm\')' -d 'what writes meanwhile'
complete -c snaprig -n '__snaprig_on sweep' -l time-limit -x -a '(__snaprig_one_of \'time:\')' -d 'for one run of CMD'
complete -c snaprig -n '__snaprig_on sweep' -l seed -x -a '(__snaprig_one_of \'number:\')' -d 'all content and all chance come from it'
complete -c snaprig -n '__snaprig_on sweep' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where work folders are made'
complete -c snaprig -n '__snaprig_on sweep' -l keep -d 'keep the work folders, and say where they are'
complete -c snaprig -n '__snaprig_on sweep' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on run' -l seed -x -a '(__snaprig_one_of \'number:\')' -d 'instead of the scenarios\' own seeds'
complete -c snaprig -n '__snaprig_on run' -l filter -x -a '(__snaprig_one_of \'text:\')' -d 'only those whose name matches, as the shell does'
complete -c snaprig -n '__snaprig_on run' -l shard -x -a '(__snaprig_one_of \'text:\')' -d 'only the I-th of N shares, which together are all'
complete -c snaprig -n '__snaprig_on run' -l list -d 'print the names of those that would be run, and run none'
complete -c snaprig -n '__snaprig_on run' -l jobs -x -a '(__snaprig_one_of \'number:\')' -d 'run so many at a time'
complete -c snaprig -n '__snaprig_on run' -l retries -x -a '(__snaprig_one_of \'number:\')' -d 'run one that does not pass up to N times more'
complete -c snaprig -n '__snaprig_on run' -l fail-fast -d 'after one that does not pass, skip those that were not begun'
complete -c snaprig -n '__snaprig_on run' -l report -x -a '(__snaprig_one_of \'choice:junit= jenkins= tap= tap14= tap13= json= html= tap14 tap13 github\')' -d 'write a report to a file, too'
complete -c snaprig -n '__snaprig_on run' -l record -x -a '(__snaprig_one_of \'folder:\')' -d 'write each run down, for replay and shrink, as FOLDER/NAME.jsonl'
complete -c snaprig -n '__snaprig_on run' -l artifacts -x -a '(__snaprig_one_of \'folder:\')' -d 'keep the logs of what did not pass, in FOLDER/NAME'
complete -c snaprig -n '__snaprig_on run' -l clients -x -a '(__snaprig_one_of \'folder:\')' -d 'look for adapters of clients in this folder, too'
complete -c snaprig -n '__snaprig_on run' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where work folders are made'
complete -c snaprig -n '__snaprig_on run' -l keep -d 'keep the work folders, and say where they are'
complete -c snaprig -n '__snaprig_on run' -l json -d 'print one JSON object instead of TAP'
complete -c snaprig -n '__snaprig_on report merge' -l report -x -a '(__snaprig_one_of \'choice:junit= jenkins= tap= tap14= tap13= json= html= tap14 tap13 github\')' -d 'write a report to a file, too, as \'run\' does'
complete -c snaprig -n '__snaprig_on report merge' -l json -d 'print one JSON object instead of TAP'
complete -c snaprig -n '__snaprig_on replay' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where work folders are made'
complete -c snaprig -n '__snaprig_on replay' -l clients -x -a '(__snaprig_one_of \'folder:\')' -d 'look for adapters of clients in this folder, too'
complete -c snaprig -n '__snaprig_on replay' -l keep -d 'keep the work folders, and say where they are'
complete -c snaprig -n '__snaprig_on replay' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on shrink' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where work folders are made'
complete -c snaprig -n '__snaprig_on shrink' -l clients -x -a '(__snaprig_one_of \'folder:\')' -d 'look for adapters of clients in this folder, too'
complete -c snaprig -n '__snaprig_on shrink' -l keep -d 'keep the work folders, and say where they are'
complete -c snaprig -n '__snaprig_on shrink' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on validate' -l clients -x -a '(__snaprig_one_of \'folder:\')' -d 'look for adapters of clients in this folder, too'
complete -c snaprig -n '__snaprig_on validate' -l json -d 'print one JSON object instead'
complete -c snaprig -n '__snaprig_on demo' -l json -d 'print the checks as JSON, as \'snaprig matrix\' does'
complete -c snaprig -n '__snaprig_on backup' -l like -x -a '(__snaprig_one_of \'choice:aip xo\')' -d 'what it is like (default aip): aip: ActiveImage Protector\'s pipeline and its log xo: a backup job of Xen Orchestra, which takes its snapshot itself'
complete -c snaprig -n '__snaprig_on backup' -l take -d 'take the snapshot, MNT/snapshots/NAME of a mounted volume, which is not there yet'
complete -c snaprig -n '__snaprig_on backup' -l retry -x -a '(__snaprig_one_of \'choice:none aip-2018 microsoft\')' -d 'when it cannot be taken, on the rig\'s clock'
complete -c snaprig -n '__snaprig_on backup' -l xapi -x -a '(__snaprig_one_of \'text:\')' -d 'xo: of the pool at http://USER:PASSWORD@HOST:PORT; SNAPSHOT is then the uuid or the name of a VM, and OUT the folder of its backups'
complete -c snaprig -n '__snaprig_on backup' -l job -x -a '(__snaprig_one_of \'text:\')' -d 'xo: the job\'s name (default: that of OUT\'s folder); its id is made of it'
complete -c snaprig -n '__snaprig_on backup' -l max-uncoalesced -x -a '(__snaprig_one_of \'number:\')' -d 'xo: skip the job when more nodes of the chain are not merged yet (default 1)'
complete -c snaprig -n '__snaprig_on backup' -l bypass-chain-check -d 'xo: do not look at the chain'
complete -c snaprig -n '__snaprig_on backup' -l retries -x -a '(__snaprig_one_of \'number:\')' -d 'xo: when it fails, or is skipped, try all of it again at once (default 0)'
complete -c snaprig -n '__snaprig_on backup' -l keep -x -a '(__snaprig_one_of \'number:\')' -d 'xo: after a good backup, keep the latest N of the job (default: all)'
complete -c snaprig -n '__snaprig_on backup' -l http-timeout -x -a '(__snaprig_one_of \'time:\')' -d 'xo: how long the source may send nothing, on the rig\'s clock (default 5m); with --xapi the pool, on the wall\'s: httpInactivityTimeout'
complete -c snaprig -n '__snaprig_on backup' -l task-timeout -x -a '(__snaprig_one_of \'time:\')' -d 'xo: how long a task of the pool may be pending (default 1h); Xen Orchestra itself waits for ever'
complete -c snaprig -n '__snaprig_on backup' -l lock-stale -x -a '(__snaprig_one_of \'time:\')' -d 'xo: when a lock that is not renewed is nobody\'s (default 10s)'
complete -c snaprig -n '__snaprig_on backup' -l json -d 'print what was made, as JSON'
complete -c snaprig -n '__snaprig_on restore' -l xapi -x -a '(__snaprig_one_of \'text:\')' -d 'into the pool at http://USER:PASSWORD@HOST:PORT'
complete -c snaprig -n '__snaprig_on restore' -l vm -x -a '(__snaprig_one_of \'text:\')' -d 'xapi: which VM was backed up (default: the only one)'
complete -c snaprig -n '__snaprig_on restore' -l at -x -a '(__snaprig_one_of \'text:\')' -d 'xapi: as the restore point is called: 20261128T003000Z; else the last'
complete -c snaprig -n '__snaprig_on restore' -l http-timeout -x -a '(__snaprig_one_of \'time:\')' -d 'xapi: how long the host may take nothing, and say nothing (default 5m)'
complete -c snaprig -n '__snaprig_on restore' -l json -d 'print what was made, as JSON'
complete -c snaprig -n '__snaprig_on list' -l json -d 'print the list as JSON, with all there is to know'
complete -c snaprig -n '__snaprig_on doctor' -l json -d 'print the findings as JSON'
complete -c snaprig -n '__snaprig_on bench' -l peers -d 'measure qemu-storage-daemon, nbdkit and reflinks of XFS, too, where they are there'
complete -c snaprig -n '__snaprig_on bench' -l quick -d 'less of all: two minutes, and figures that swing'
complete -c snaprig -n '__snaprig_on bench' -l rounds -x -a '(__snaprig_one_of \'number:\')' -d 'how often each is measured, by turns'
complete -c snaprig -n '__snaprig_on bench' -l seconds -x -a '(__snaprig_one_of \'time:\')' -d 'how long each is measured in a round'
complete -c snaprig -n '__snaprig_on bench' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'of the volumes (default 512MiB)'
complete -c snaprig -n '__snaprig_on bench' -l dir -x -a '(__snaprig_one_of \'folder:\')' -d 'on the disk to measure on'
complete -c snaprig -n '__snaprig_on bench' -l baseline -x -a '(__snaprig_one_of \'file:\')' -d 'compare with a run that --report json=FILE has written'
complete -c snaprig -n '__snaprig_on bench' -l report -x -a '(__snaprig_one_of \'choice:json= html= md=\')' -d 'json, html or md'
complete -c snaprig -n '__snaprig_on bench' -l artifacts -x -a '(__snaprig_one_of \'folder:\')' -d 'keep what fio printed'
complete -c snaprig -n '__snaprig_on bench' -l list -d 'print the jobs and what they show, and measure nothing'
complete -c snaprig -n '__snaprig_on bench' -l json -d 'print one JSON object'
# ---- end of the table ----
