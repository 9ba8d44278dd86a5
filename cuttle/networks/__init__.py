"""Observation to Q-values, one network type a file.

A network maps packed zones `(batch, zones) int64` and scalars `(batch, scalars) float32`
to `(batch, num_actions)`, the mean over its members, which is what plays. Given `action (batch,)`
it values that one alone, by each member, `(batch, members)`: that is what learns.

A type is one class, `TYPE(*, zones: int, trunk: TrunkSettings, **sizes)`; its sizes are the keys of
its YAML but `name` and `_target_`. It ends in a `Trunk`, to which `forward` passes `action` on.
`cuttle.networks.cards` reads packed zones: `sum_cards` adds a table's rows, `bits` unpacks them.
Training draws the initial weights, of `Linear`, `Embedding`, norms, convolutions and our own
layers, as `cuttle/training/initialisation.py` says; a bare parameter of a type has no rule.
Networks are in training mode in the gradient step alone, and layers may draw from the global
generators, which every run seeds. What changes in training belongs into parameters and buffers.
The shortest example is `boolean.py`.
"""
