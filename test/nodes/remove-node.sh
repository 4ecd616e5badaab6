#!/bin/sh
# remove-node.sh DIR: ends every process of a test node and removes all that it stands on: control groups, mounts,
# network namespaces, DIR itself. Does what is left to do, so it can be run again, and by several at once.
dir=$1
id=$(basename "$dir")
[ -d "$dir" ] || exit 0

groups() { [ -f "$dir/cgroups" ] && cat "$dir/cgroups"; }
processes() { groups | while read -r group; do find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null; done; }

tries=0
while pids=$(processes | sort -u) && [ -n "$pids" ] && [ $tries -lt 200 ]; do
  kill -KILL $pids 2>/dev/null
  tries=$((tries + 1))
  sleep 0.05
done
groups | while read -r group; do find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; done

findmnt -rno TARGET | grep "^$dir/" | sort -r | while read -r mount; do umount "$mount" || umount --lazy "$mount"; done
for namespace in "$id-near" "$id-node"; do
  [ ! -e "/run/netns/$namespace" ] || ip netns delete "$namespace"
done
rmdir "/run/systemd/nspawn/propagate/$id" 2>/dev/null
rm -rf --one-file-system "$dir"
