"""Network types, one per file: observation to Q-values.

A network maps packed zones `(batch, zones) int64` and scalars `(batch, scalars) float32`
to `(batch, num_actions)`, the mean over its members, which is what plays. Given `action (batch,)`
it values that one alone, by each member, `(batch, members)`: that is what learns. Given a mask
`(batch, num_actions) bool` in its place, it values those alone, the others are -inf: for targets.

A type is one class, `TYPE(*, zones: int, trunk: TrunkSettings, **sizes)`; its sizes are the keys of
its YAML but `name` and `_target_`, and at least 1 where they end in `_dim`. It ends in a `Trunk`,
to which `forward` passes `action` on. `cuttle.networks.cards` reads packed zones: `bits` unpacks
them for ordinary layers; `encode_cards` and `HeldLinear` take the `HeldZones` alone, which is
faster.
Training draws the initial weights, of `Linear`, `Embedding`, norms, convolutions and our own
layers, as `cuttle/training/initialisation.py` says; a bare parameter of a type has no rule.
Networks are in training mode in the gradient step alone, and layers may draw from the global
generators, which every run seeds. What changes in training belongs into parameters and buffers.
`cuttle/training/network_check.py` tries all this before a launch. The shortest example is
`boolean.py`.
"""
