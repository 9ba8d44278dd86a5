"""Observation to Q-values, one network type a file.

A network maps packed zones `(batch, zones) int64` and scalars `(batch, scalars) float32`
to `(batch, num_actions)`, the mean over its members, which is what plays. Given `action (batch,)`
it values that one alone, by each member, `(batch, members)`: that is what learns.
"""
