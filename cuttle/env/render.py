"""The board as text: moves and rules too. No input, no playing."""

from cuttle.game.cards import NO_CARD, NUM_CARDS, Rank, card_text, cards_of, parse_card
from cuttle.game.jit import Record
from cuttle.game.rules import goal, points
from cuttle.game.state import Phase, active, jack_stack, sees_hand
from cuttle.game.variants import Rules

SUIT_SIGNS = {"C": "♣", "D": "♦", "H": "♥", "S": "♠"}
_WIDTH = 76
_SCRAP_PER_LINE = 18  # cards

_PLAIN_MOVES = {
    "draw": "draw a card",
    "pass": "pass",
    "resolve": "let it take effect",
    "resolveFour:": "discard nothing",
    "resolveFive:": "draw",
}
_ONE_OFFS = {
    Rank.ACE: "scrap all points of both sides",
    Rank.TWO: "scrap {target}",
    Rank.THREE: "take a card from the scrap",
    Rank.FOUR: "make the other side discard two cards",
    Rank.FIVE: "draw cards",
    Rank.SIX: "scrap all royals, jacks and glasses",
    Rank.SEVEN: "play a card from the top of the pile",
    Rank.NINE: "send {target} {place}",
}
_CARD_MOVES = {
    "points": "play {card} for points",
    "scuttle": "scuttle {target} with {card}",
    "jack": "steal {target} with {card}",
    "oneOff": "one-off {card}: {effect}",
    "counter": "counter with {card}",
    "resolveThree": "take {card} from the scrap",
    "resolveFour": "discard {card}",
    "resolveFive": "discard {card}, then draw",
    "discardToHandLimit": "discard {card}",
    "discard": "scrap {card}, which cannot be played",
}
_RULES = """\
Reach {goals[0]} points; each king on your side lowers that: {kings}. In your turn do one thing:
  points     put an ace to ten down; it counts its rank
  scuttle    scrap a point card of the other side with a higher one (equal rank: higher suit,
             ♣ < ♦ < ♥ < ♠); both are scrapped
  one-off    use a card once: A scraps all points, 2 scraps a royal, jack or glasses, 3 takes a card
             from the scrap, 4 costs the other side two cards, 5 {five},
             6 scraps all royals, jacks and glasses, 7 plays {seven} of the pile,
             9 sends {nine}; a 2 counters any of these
  royals     jack steals a point card, king lowers your goal, queen protects your other cards from
             jacks, twos and nines, not from scuttling, and your one-offs from counters;
             eight as glasses shows you the other hand
  draw       {draw}
With an empty pile you may pass; {passes} passes in a row are a draw.
A star marks a card that may not be played yet."""
_FACE_CARDS = {Rank.EIGHT: "glasses", Rank.QUEEN: "a queen", Rank.KING: "a king"}


def rules_text(rules: Rules) -> str:
    """Explain the game in short, as these rules have it."""
    draw = "take a card"
    if rules.discard_to_limit:
        draw += f"; with more than {rules.hand_limit} in hand you discard"
    elif rules.hand_limit < NUM_CARDS:
        draw += f" if you hold fewer than {rules.hand_limit}"
    nine = "a royal, jack or glasses" if rules.nine_permanents_only else "a card"
    return _RULES.format(
        goals=rules.king_goals,
        kings=", ".join(map(str, rules.king_goals[1:])),
        five=f"draws {rules.five_draws}{' for a discarded card' if rules.five_discards else ''}",
        seven="the top card" if rules.seven_reveals == 1 else "one of the two top cards",
        nine=f"{nine} {_nine_sends_to(rules)}",
        draw=draw,
        passes=rules.passes_for_draw,
    )


def _nine_sends_to(rules: Rules) -> str:
    return "to the top of the pile" if rules.nine_to_pile else "back to its hand"


def card_sign(card: int) -> str:
    """Write a card for people, such as `10♥`."""
    name = card_text(card)
    return name[0].replace("T", "10") + SUIT_SIGNS[name[1]]


def move_text(key: str, rules: Rules) -> str:
    """Put a move key of `cuttle.game.moves` into words: `jack:JC>TH` is `steal 10♥ with J♣`."""
    if key in _PLAIN_MOVES:
        return _PLAIN_MOVES[key]
    verb, _, rest = key.partition(":")
    from_seven = verb.startswith("seven")
    if from_seven:
        verb = verb.removeprefix("seven")
        verb = verb[0].lower() + verb[1:]
    names, _, target_name = rest.partition(">")
    cards = [parse_card(name) for name in names.split(",")]
    target = card_sign(parse_card(target_name.rpartition(":")[2])) if target_name else ""
    rank = Rank(cards[0] // 4)
    card = " and ".join(card_sign(card) for card in cards)
    if verb == "faceCard":
        return f"play {card} as {_FACE_CARDS[rank]}"
    effect = _ONE_OFFS.get(rank, "").format(target=target, place=_nine_sends_to(rules))
    return _CARD_MOVES[verb].format(card=card, target=target, effect=effect)


def board(
    game: Record,
    rules: Rules,
    *,
    viewer: int | None = None,
    names: tuple[str, str] = ("first", "dealer"),
) -> str:
    """Draw a GAME record as the seat `viewer`, at the bottom, may know it; None sees both hands."""
    bottom = 0 if viewer is None else viewer
    rule = "-" * _WIDTH
    top = _field(game, 1 - bottom)
    lines = [
        _seat(game, rules, 1 - bottom, viewer=viewer, name=names[1 - bottom]),
        *reversed(top),
        rule,
        *_middle(game, viewer),
        rule,
        *_field(game, bottom),
        _seat(game, rules, bottom, viewer=viewer, name=names[bottom]),
    ]
    return "\n".join(line.rstrip() for line in lines)


def _signs(mask: int) -> str:
    return " ".join(card_sign(card) for card in cards_of(mask))


def _seat(game: Record, rules: Rules, seat: int, *, viewer: int | None, name: str) -> str:
    """Write name, score and hand of a seat; unknown cards as `??`, frozen ones with a star."""
    hand = int(game["hand"][seat])
    shown = hand
    if viewer not in (None, seat) and not sees_hand(game, 1 - seat, rules):
        shown &= int(game["known"][seat])
    cards = [
        card_sign(card) + ("*" if int(game["frozen"]) >> card & 1 else "")
        for card in cards_of(shown)
    ]
    cards += ["??"] * (hand.bit_count() - len(cards))
    score = f"{points(game, seat)} of {goal(game, seat, rules)} points"
    return f"{name}: {score}, hand of {len(cards)}: {' '.join(cards)}"


def _field(game: Record, seat: int) -> list[str]:
    """Write the field of a seat: royals nearest to its edge of the board."""
    stacks = [
        "<".join(card_sign(card) for card in (card, *jack_stack(game, card)))
        for card in cards_of(game["points"][seat])
    ]
    return [f"    points  {' '.join(stacks)}", f"    royals  {_signs(game['faces'][seat])}"]


def _middle(game: Record, viewer: int | None) -> list[str]:
    """Write what lies between the seats: pile, scrap, the one-off in play."""
    pile = [int(card) for card in game["deck"][game["deck_top"] :]]
    shown = int(game["known_top"])  # all that a seven shows, or what it has left
    top = f", on top {' '.join(card_sign(card) for card in pile[:shown])}" if shown else ""
    scrap = [card_sign(card) for card in cards_of(game["scrap"])]
    rows = [scrap[i : i + _SCRAP_PER_LINE] for i in range(0, NUM_CARDS, _SCRAP_PER_LINE)]
    lines = [f"    pile    {len(pile)} cards{top}"]
    lines += [f"    scrap   {' '.join(rows[0])}"]
    lines += [f"            {' '.join(row)}" for row in rows[1:] if row]
    if game["one_off"] != NO_CARD:
        lines.append(f"    in play {_in_play(game)}")
    # Half a move is its player's secret until the target is chosen.
    if game["pending"] != NO_CARD and viewer in (None, active(game)):
        lines.append(f"    in play {card_sign(int(game['pending']))}, choosing its target")
    return lines


def _in_play(game: Record) -> str:
    """Write the one-off in limbo with its target and the twos on it."""
    text = card_sign(int(game["one_off"]))
    if game["target"] != NO_CARD:
        text += f" at {card_sign(int(game['target']))}"
    twos = [card_sign(int(card)) for card in game["twos"][: game["num_twos"]]]
    if twos:
        text += f", countered by {', then '.join(twos)}"
    if game["phase"] == Phase.SEVEN:
        text += ", showing the cards on top of the pile"
    return text
