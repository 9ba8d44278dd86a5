"""Observation to Q-values, one network type a file.

A network maps packed zones `(batch, zones) int64` and scalars `(batch, scalars) float32`
to `(members, batch, num_actions)`; what it values an action at is the mean over its members.
"""
