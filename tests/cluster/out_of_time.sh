#!/usr/bin/env bash
# Start a launch given as arguments, signal its jobs once a round is done as SLURM does before their time is over,
# wait for its end.
set -euo pipefail

"$@" &
launch=$!
until grep -qs '"round": [1-9]' multirun/test/boolean_run_01/status.json; do sleep 0.2; done
scancel --signal=USR2 --state=RUNNING --partition=low
wait $launch
