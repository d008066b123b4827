"""One job's receipt in words: what was understood, what it cost, who paid, and what came back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.amounts import format_exact
from bot.core.phrases import date_words, shortened
from bot.core.replies import Reply, Row
from bot.core.sentences import say
from bot.core.studio import Receipt, StatementLine
from bot.core.vendorsheets import linked
from bot.core.wording import state_words, understood

PAGES_MAX = 500
"""How many pages of a statement can be turned."""

PAYERS = {"allowance": "allowance", "credits": "own credits"}
PASSED_ON = {
    "busy": "which was too busy",
    "unreachable": "which was out of reach",
    "account": "which does not accept our account",
    "open": "which had failed several times before",
}


def statement_page(found: Sequence[StatementLine], limit: int) -> tuple[list[StatementLine], bool]:
    """Return the lines of a page, what is held first, and whether there are older ones."""
    held = [line for line in found if line.source == "held"]
    lines = [line for line in found if line.source != "held"]
    return [*held, *lines[:limit]], len(lines) > limit


def receipt_reply(receipt: Receipt) -> Reply:
    """Say why a job cost what it cost."""
    card = receipt.card
    back = sum(each.amount for each in receipt.refunds)
    if card.state.is_open:
        text = say("receipt_open", number=card.number, held=card.held)
    elif not card.charged:
        text = say("receipt_free", number=card.number)
    else:
        key = "receipt_refunded" if back else "receipt"
        text = say(key, number=card.number, charged=card.charged, returned=back)
    return Reply(kind="info", text=text, rows=tuple(_rows(receipt)), private=True)


def _rows(receipt: Receipt) -> Iterator[Row]:
    card, request = receipt.card, receipt.card.request
    yield Row(label="Job", value=f"#{card.number}, {state_words(card)}", job=card.number)
    if receipt.person is not None:
        yield Row(label="Ordered by", value=receipt.person)
    if request.prompt:
        yield Row(label="Words", value=shortened(request.prompt))
    yield from understood(request)
    for vendor, why in receipt.passed_on:
        yield Row(label="Passed on", value=f"by {vendor}, {PASSED_ON.get(why, why)}")
    yield Row(label="Quoted", value=f"at most {format_exact(request.hold)}")
    yield Row(label="Held", value=format_exact(card.held))
    if card.charged is not None:
        yield Row(label="Cost", value=format_exact(card.charged))
        paid = [f"{format_exact(amount)} from {PAYERS.get(scope, scope)}" for scope, amount in receipt.paid]
        if paid:
            yield Row(label="Paid", value=" and ".join(paid))
        yield Row(label="Released", value=format_exact(max(0, card.held - card.charged)))
    for each in receipt.refunds:
        why = f": {each.reason}" if each.reason else ""
        yield Row(label="Refunded", value=f"{format_exact(each.amount)} on {date_words(each.at)}{why}")
    yield Row(label="Ordered", value=date_words(card.created))
    if card.ended is not None:
        yield Row(label="Ended", value=date_words(card.ended))
    for label, value in receipt.terms:
        yield linked(label, value)
