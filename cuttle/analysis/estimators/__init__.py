"""Numbers from numbers: arrays in, plain dataclasses out. Knows no runs, types or files.

A result that the data do not allow is a NotComputable with its reason. Differences are x minus y.
"""
