# DEV_WAIT: an overflow, a rename, a table that is replaced, and a device that goes wake it.
dmsetup wait nothing
lvcreate -s -L 4M -n b1 vg0/live
dmsetup wait vg0-b1 >waited 2>&1 & sleep 1; jobs %%
put /dev/vg0/live 0 8192 flood
wait %1; echo $?; cat waited
dmsetup info -c --noheadings -o name,events vg0-b1
timeout 3 dmsetup wait vg0-b1 0; echo $?
timeout 3 dmsetup wait vg0-b1 1; echo $?
timeout 3 dmsetup wait vg0-b1 7; echo $?
dmsetup create z --table '0 8 zero'
dmsetup wait z 0 >waited 2>&1 & sleep 1; jobs %%
dmsetup rename z y
sleep 1; jobs
dmsetup load y --table '0 16 zero'
sleep 1; jobs
dmsetup suspend y
sleep 1; jobs
dmsetup resume y
sleep 1; jobs
dmsetup info -c --noheadings -o name,events y
dmsetup wait y 1 >waited 2>&1 & sleep 1; jobs %%
dmsetup remove y
sleep 1; jobs; cat waited
dmsetup create e --notable
timeout 3 dmsetup wait e 0; echo $?
dmsetup remove e
lvremove -f vg0/b1
