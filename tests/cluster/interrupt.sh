#!/usr/bin/env bash
# Start a launch, interrupt it by a command once a round is done, wait for its end:
#   tests/cluster/interrupt.sh COMMAND LAUNCH...
set -euo pipefail

"${@:2}" &
launch=$!
until grep -qs '"round": [1-9]' multirun/test/boolean_run_01/status.json; do sleep 0.2; done
eval "$1"
wait $launch
