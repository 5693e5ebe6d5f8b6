# dmsetup alone: tables, suspend, rename, and what is refused.
dmsetup version
dmsetup targets
dmsetup create lin --table "0 2048 linear $PV 200704"
dmsetup create lin --table "0 2048 linear $PV 200704"
dmsetup table lin
dmsetup status lin
put /dev/mapper/lin 0 64 text
digest /dev/mapper/lin
blockdev --getsz /dev/mapper/lin
dmsetup suspend lin
dmsetup info lin | grep -v -e Major -e UUID
dmsetup suspend lin
dmsetup load lin --table "0 4096 linear $PV 200704"
dmsetup info -c --noheadings -o name,attr,tables_loaded,suspended lin
dmsetup table lin
dmsetup table --inactive lin
dmsetup resume lin
dmsetup resume lin
blockdev --getsz /dev/mapper/lin
dmsetup load lin --table "0 8 zero"
dmsetup clear lin
dmsetup info -c --noheadings -o name,attr,tables_loaded,suspended lin
dmsetup rename lin other
dmsetup rename nothing more
dmsetup rename other --setuuid some-uuid
dmsetup rename other --setuuid some-uuid2
ls /dev/mapper
dmsetup create other2 -u some-uuid --table '0 8 zero'
dmsetup create zero --table '0 2048 zero'
digest /dev/mapper/zero
put /dev/mapper/zero 0 4 x
dmsetup create error --table '0 2048 error'
digest /dev/mapper/error
put /dev/mapper/error 0 4 x
printf '0 1024 linear /dev/mapper/other 0\n1024 1024 error\n' | dmsetup create two
dmsetup table two
dmsetup create three --notable
dmsetup info three | grep -v -e Major
dmsetup load three --table "0 1024 linear $PV 200704"
dmsetup status three
dmsetup table three
dmsetup resume three
dmsetup create --concise "con1,,,rw,0 64 zero;con2,uuid-2,,ro,0 64 error,64 64 zero"
put /dev/mapper/con2 32 4 x
dmsetup create half --table '0 1024 linear'
dmsetup create odd --table '0 1024 nothing'
printf '0 1024 zero\n2048 1024 zero\n' | dmsetup create gap
printf '0 1024 zero\n512 1024 zero\n' | dmsetup create over
dmsetup create late --table '8 1024 zero'
dmsetup create beyond --table "0 2048 linear $PV 264000"
dmsetup create none --table '0 1024 linear /dev/mapper/nothing 0'
dmsetup create text --table '0 1024 linear /dev/null 0'
dmsetup create minus --table "0 1024 linear $PV -8"
dmsetup create args --table "0 1024 linear $PV 0 0"
dmsetup create name/with/slash --table '0 1024 zero'
dmsetup create str --table "0 2048 striped 2 128 $PV 200704 /dev/mapper/other 0"
dmsetup table str
put /dev/mapper/str 0 1024 stripes
digest /dev/mapper/str
digest /dev/mapper/other 0 512
dmsetup create str2 --table "0 2048 striped 2 100 $PV 200704 /dev/mapper/other 0"
dmsetup create str3 --table "0 2047 striped 2 128 $PV 200704 /dev/mapper/other 0"
dmsetup create str4 --table "0 2048 striped 0 128"
dmsetup create slow --table "0 1024 delay /dev/mapper/other 0 100"
dmsetup table slow
dmsetup status slow
digest /dev/mapper/slow
dmsetup message other 0 hello
dmsetup message str 0 hello
dmsetup wipe_table other
dmsetup status other
dmsetup ls
dmsetup ls --tree
dmsetup deps -o devname two
dmsetup remove --deferred other
dmsetup info -c --noheadings -o name,attr,open other
dmsetup info other | grep -e Deferred -e State
dmsetup remove two
dmsetup remove str slow
dmsetup remove three
dmsetup remove other
dmsetup info other
dmsetup status nothing
dmsetup table nothing
dmsetup suspend nothing
dmsetup remove con1 con2 zero error
dmsetup mknodes
dmsetup ls
