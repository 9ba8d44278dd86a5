#!/usr/bin/env bash
# Start a launch given as arguments, take its node away once a round is done, wait for its end.
set -euo pipefail

"$@" &
launch=$!
until grep -qs '"round": [1-9]' multirun/test/boolean_run_01/status.json; do sleep 0.2; done
sbatch --partition=high --exclusive --wait --wrap "sleep 4"
wait $launch
