#!/usr/bin/env bash
# A SLURM cluster of one node, without systemd, for as long as a command takes:
#   tests/cluster/slurm.sh COMMAND...
# Needs root and Debian's packages slurmctld, slurmd, slurm-client and munge.
set -euo pipefail

home=$(mktemp -d)
host=$(hostname -s)
export SLURM_CONF=$home/slurm.conf
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$home"' EXIT

cat > "$SLURM_CONF" <<CONF
ClusterName=cuttle
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$home/munge.socket
CredType=cred/munge
StateSaveLocation=$home/state
SlurmdSpoolDir=$home/spool
SlurmctldPidFile=$home/slurmctld.pid
SlurmdPidFile=$home/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
ReturnToService=2
KillWait=5
SchedulerParameters=sched_interval=2,bf_interval=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=4000 State=UNKNOWN
PartitionName=low Nodes=$host Default=YES PriorityTier=1 MaxTime=INFINITE
PartitionName=high Nodes=$host PriorityTier=10 PreemptMode=OFF MaxTime=INFINITE
CONF
mkdir -p "$home/state" "$home/spool"

chmod 755 "$home"
dd if=/dev/urandom of="$home/munge.key" bs=1 count=1024 status=none
chmod 400 "$home/munge.key"
munged --foreground --force --key-file="$home/munge.key" --socket="$home/munge.socket" \
    --pid-file="$home/munge.pid" --log-file="$home/munge.log" --seed-file="$home/munge.seed" &> /dev/null &
for _ in $(seq 50); do [ -S "$home/munge.socket" ] && break; sleep 0.1; done
slurmctld -D -L "$home/slurmctld.log" &> /dev/null &
slurmd -D -N "$host" -L "$home/slurmd.log" &> /dev/null &
for _ in $(seq 60); do sinfo -h -o %T 2>/dev/null | grep -q idle && break; sleep 0.5; done
if ! sinfo -h -o %T | grep -q idle; then
    tail -n 20 "$home"/*.log >&2
    exit 1
fi
"$@"
