# What LVM makes beside snapshots of live, and what of them.
lvcreate -L 12M -n data vg0
lvs
put /dev/vg0/data 0 64 data
lvcreate -s -L 4M -n d1 vg0/data
lvcreate -s -l 50%ORIGIN -n l1 vg0/live
lvs
put /dev/vg0/data 0 64 changed
put /dev/vg0/live 0 64 changed
digest /dev/vg0/d1
digest /dev/vg0/l1
lvcreate -s -L 4M -n s2 vg0/l1
lvextend -L +4M vg0/data
lvreduce -f -L 8M vg0/data
lvremove -f vg0/d1
lvextend -L +4M vg0/data
lvreduce -f -L 8M vg0/data
digest /dev/vg0/data 0 64
lvchange -p r vg0/data
lvs
put /dev/vg0/data 0 4 no
lvchange -p rw vg0/data
put /dev/vg0/data 0 4 yes
lvcreate -s -p r -L 4M -n ro vg0/data
lvs
put /dev/vg0/ro 0 4 no
digest /dev/vg0/ro
lvcreate -s -L 100M -n huge vg0/data
lvs
lvcreate -L 1G -n huge2 vg0
lvcreate -l 100%FREE -n rest vg0
lvcreate -s -L 4M -n none vg0/live
lvremove -f vg0/rest
lvcreate -i 2 -L 8M -n str vg0
lvcreate --type snapshot -V 8M -L 4M -n thick vg0
lvs -a
put /dev/vg0/thick 0 64 thick
digest /dev/vg0/thick 0 4096
dmsetup table
lvremove -f vg0/thick
lvchange -an vg0/data
lvchange -an -y vg0/data
lvs
lvremove -f vg0/data
lvcreate -an -Zn -L 4M -n asleep vg0
lvs
lvchange -ay vg0/asleep
lvremove -f vg0/asleep
vgrename vg0 vg1
ls /dev/vg1 /dev/mapper
lvs
vgrename vg1 vg0
lvremove -y vg0/l1
lvs
vgchange -an vg0
vgremove vg0
vgremove -y vg0
vgs
pvs
lvs
