"""Rule variants. What a field does is in the rules.

The engine serves without a config, so the presets stand here; conf/rules names the same values
for runs, and a test keeps both equal. What a config may ask for is in `cuttle.config.schema`.
"""

from typing import NamedTuple

RULES_VERSION = "1.0.2"  # of the default preset; moves when a preset's behaviour does


class Rules(NamedTuple):
    """One set of rules; plain integers and flags, so that compiled code takes it as it is."""

    king_goals: tuple[int, int, int, int, int]  # points to win with 0, 1, 2, 3, 4 kings
    hand_limit: int  # cards; 52 means none
    discard_to_limit: bool  # discard at the end of the turn; otherwise no draw at the limit
    five_discards: bool  # the five's player first discards a card
    five_draws: int  # cards
    three_takes_three: bool
    nine_permanents_only: bool  # royals, glasses and jacks of either side, no point cards
    nine_to_pile: bool  # its target goes on top of the pile, not frozen into the controller's hand
    two_both_sides: bool  # a two may also scrap one's own royals, glasses and jacks
    seven_reveals: int  # cards
    passes_for_draw: int  # consecutive passes
    open_hands_when_pile_empty: bool
    max_decisions: int  # safety cap; a game that reaches it is a draw


MAX_GOAL = 21  # of a goal; what is missing to a higher one could not be shown

CUTTLE_CARDS = Rules(
    king_goals=(21, 14, 10, 5, 0),
    hand_limit=8,
    discard_to_limit=True,
    five_discards=True,
    five_draws=3,
    three_takes_three=False,
    nine_permanents_only=False,
    nine_to_pile=False,
    two_both_sides=False,
    seven_reveals=2,
    passes_for_draw=3,
    open_hands_when_pile_empty=True,
    max_decisions=400,
)

PRESETS = {
    "cuttle_cards": CUTTLE_CARDS,
    "cuttle_cards_1_0_1": CUTTLE_CARDS._replace(discard_to_limit=False),
    "cuttle_cards_2_0_0": CUTTLE_CARDS._replace(nine_to_pile=True),
    "classic": CUTTLE_CARDS._replace(
        king_goals=(21, 14, 10, 7, 5),
        hand_limit=52,
        discard_to_limit=False,
        five_discards=False,
        five_draws=2,
        three_takes_three=True,
        nine_permanents_only=True,
        two_both_sides=True,
        seven_reveals=1,
        open_hands_when_pile_empty=False,
    ),
}

# A seven shows at most the two top cards, a smaller hand limit can leave nothing to play, and the
# rest is what a GAME record can count to.
_PLAYABLE = {
    "hand_limit": range(7, 53),
    "seven_reveals": range(1, 3),
    "passes_for_draw": range(1, 2**8),
    "max_decisions": range(1, 2**15),
}


def checked(rules: Rules) -> Rules:
    """Return the rules; raise TypeError or ValueError for what compiled code cannot play by."""
    if not isinstance(rules, Rules):
        names = ", ".join(PRESETS)
        raise TypeError(f"rules must be Rules, such as PRESETS[...] of {names}, got {rules!r}")
    for field, value in rules._asdict().items():
        form, default = map(_form, (value, getattr(CUTTLE_CARDS, field)))
        if form != default:
            raise TypeError(f"rules.{field} must be {default}, got {value!r}")
        playable = _PLAYABLE.get(field)
        if playable and value not in playable:
            bounds = f"from {playable[0]} to {playable[-1]}"
            raise ValueError(f"rules.{field} must be {bounds}, got {value}")
    return rules


def _form(value: object) -> str:
    """Return the type of a field as compiled code tells them apart."""
    name = type(value).__name__
    return f"{name} of {', '.join(map(_form, value))}" if isinstance(value, tuple) else name
