"""This repository's program: as a launch sees it."""

from cuttle.launch.program import Program

PROGRAM = Program(
    train="cuttle.launch.train_run:train",
    check="cuttle.launch.build:check",
    warm_up="cuttle.launch.train_run:warm_up",
    label_group="network_type",
    objective="analysis.primary_opponent",
)
