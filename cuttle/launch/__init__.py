"""From the command line to trained runs: plan, decide, freeze, isolate, report.

Which program is launched stands in a `Program`; nothing else here knows what a run trains.
"""
