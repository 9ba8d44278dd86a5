"""Many runs as one launch: plan, freeze, supervise, report. What a run does is in `experiment`."""
