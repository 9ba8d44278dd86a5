"""The 181 action ids. Which of them are legal is in `legal`.

Two-step moves (scuttle, jack, targeted two and nine) are two decisions of the same player:
the card first, then its target. Two discards are two choices.
"""

from cuttle.game.cards import NUM_CARDS, card_text, parse_card

DEFAULT = 0  # draw; pass with an empty pile; let a one-off resolve; nothing to discard
FIRST_PLAY = 1  # + card: points, king, queen, jack
FIRST_EFFECT = 53  # + card, ace to nine: one-off, glasses eight, counter with a two
FIRST_SCUTTLE = 89  # + card, ace to ten: scuttle with this card
FIRST_CHOICE = 129  # + card: a target, or a card to take, keep or discard
NUM_ACTIONS = 181

_BLOCKS = {
    "play": (FIRST_PLAY, NUM_CARDS),
    "effect": (FIRST_EFFECT, 36),
    "scuttle": (FIRST_SCUTTLE, 40),
    "choose": (FIRST_CHOICE, NUM_CARDS),
}


def action_text(action: int) -> str:
    """Name an action id, such as `play TH` or `default`; raise ValueError outside the table."""
    if action == DEFAULT:
        return "default"
    for verb, (first, size) in _BLOCKS.items():
        if first <= action < first + size:
            return f"{verb} {card_text(action - first)}"
    raise ValueError(f"action must be from 0 to {NUM_ACTIONS - 1}, got {action}")


def parse_action(text: str) -> int:
    """Read an action name; raise ValueError for anything else."""
    if text == "default":
        return DEFAULT
    verb, _, card_name = text.partition(" ")
    if verb not in _BLOCKS:
        raise ValueError(f"action must start with default, {', '.join(_BLOCKS)}; got {text!r}")
    first, size = _BLOCKS[verb]
    card = parse_card(card_name)
    if card >= size:
        raise ValueError(f"no action {text!r}: {card_name} has no {verb}")
    return first + card
