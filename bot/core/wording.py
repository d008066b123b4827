"""What people are told about a job: accepted, drawn, failed, lost or cancelled.

A button about one picture names it. A button about a job as a whole has the job's number as its `words`, which is how
the studio knows it.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from bot.core.amounts import format_exact, price_figure
from bot.core.asides import beside
from bot.core.jobs import JobState
from bot.core.phrases import date_words, shortened
from bot.core.pictures import PictureRequest
from bot.core.presses import priced
from bot.core.reading import write_line
from bot.core.replies import Act, Button, Reply, ReplyKind, Row, ShownPicture
from bot.core.sentences import say
from bot.core.studio import Cancelled, JobCard

COST = "Cost"
"""What the row of a receipt is called that says what was paid."""

VARIANTS = MappingProxyType({"vary": "Vary", "finish": "Finish"})

FAILURES = MappingProxyType(
    {
        "busy": "failed_busy",
        "unreachable": "failed_unreachable",
        "account": "failed_account",
        "rejected": "failed_rejected",
        "refused-input": "failed_refused_input",
        "refused-output": "failed_refused_output",
        "refused": "failed_refused",
        "failed": "failed_vendor",
        "unknown": "lost",
        "too_slow": "failed_too_slow",
        "too_many_takes": "failed_general",
        "storage_full": "failed_storage",
        "bad_picture": "failed_picture",
        "cancelled": "cancelled",
        "bug": "failed_general",
    }
)
"""What a job's reason is called in a sentence; any other reason is `failed_general`."""

OTHERS = MappingProxyType(
    {
        "busy": "others_busy",
        "unreachable": "others_unreachable",
        "account": "others_account",
        "refused-input": "others_refused",
        "refused-output": "others_refused",
        "refused": "others_refused",
        "too_slow": "others_too_slow",
        "storage_full": "others_storage",
        "cancelled": "others_cancelled",
    }
)
"""Why a part of the pictures is missing; any other reason is `others_general`."""


def reply_for(card: JobCard) -> Reply:
    """Say how a job stands: what its end is told with, or what its acceptance was."""
    match card.state:
        case JobState.DONE:
            return result(card)
        case JobState.FAILED | JobState.LOST | JobState.CANCELLED:
            return failure(card)
        case _:
            return accepted(card)


def accepted(card: JobCard) -> Reply:
    """Say that a job is ordered: what was understood, what it costs at most and when its turn comes."""
    if card.position is None:
        turn = say("accepted_running")
    else:
        turn = say("accepted_waiting", count=card.position) if card.position else say("accepted_next")
    is_free = card.state is JobState.WAITING
    cancel = Button(
        act="cancel",
        label="Cancel" if is_free else "Cancel · what is drawn is charged",
        job=card.id,
        words=str(card.number),
    )
    sentence = say("accepted", number=card.number, price=card.held)
    told = _about(
        card,
        "accepted",
        f"{sentence} {turn}",
        rows=(*understood(card.request), *_made_from(card)),
        buttons=(cancel,) if card.may_change else (),
    )
    return told if card.little_left is None else beside(told, say("low_balance", left=card.little_left))


def result(card: JobCard) -> Reply:
    """Show the pictures of a job, with what they were made with and what they cost."""
    lines = [
        say("made_with", model=card.request.model, number=card.number),
        f"“{shortened(card.request.prompt)}”",
    ]
    if len(card.pictures) < card.request.count:
        others = say(OTHERS.get(card.reason or "", "others_general"))
        lines.append(say("partial", got=len(card.pictures), wanted=card.request.count, others=others))
    reply = _about(card, "result", "\n".join(lines), rows=receipt(card), buttons=result_buttons(card))
    return reply.model_copy(update={"pictures": card.pictures})


def kept_result(card: JobCard, picture: ShownPicture) -> Reply:
    """Show one picture of a job again, which was taken down and is kept."""
    lines = (
        say("made_with", model=card.request.model, number=card.number),
        f"“{shortened(card.request.prompt)}”",
        say("shown_again", number=f"{card.number}/{picture.position}"),
    )
    alone = replace(card, pictures=(picture,))
    reply = _about(card, "result", "\n".join(lines), buttons=result_buttons(alone))
    return reply.model_copy(update={"pictures": (picture,)})


def failure(card: JobCard) -> Reply:
    """Say why there is no picture, whether anything was charged, and what can be done."""
    key = failure_key(card.state, card.reason)
    again = repeating("try_again", "Try again", card)
    text = say(key, number=card.number, held=card.held)
    return _about(card, "failure", text, buttons=(again, change_words(card)))


def failure_key(state: JobState, reason: str | None) -> str:
    """Name the sentence for the end of a job without a picture."""
    if state is JobState.CANCELLED:
        return "cancelled"
    if state is JobState.LOST and reason != "too_slow":
        return "lost"
    return FAILURES.get(reason or "", "failed_general")


def cancelled(outcome: Cancelled) -> Reply:
    """Say what cancelling a job did."""
    if outcome.is_ended:
        text = say("cancel_done", number=outcome.number, returned=outcome.returned)
    else:
        text = say("cancel_later", number=outcome.number)
    return Reply(kind="info", text=text, number=outcome.number, private=True)


def already(twin: JobCard, mark: str) -> Reply:
    """Say that a pressed order is open already; `mark` makes every press of the button below one order."""
    button = repeating("again", "Draw another", twin, f" another {mark}")
    text = say("already_drawing", number=twin.number)
    return Reply(kind="question", text=text, buttons=(button,), private=True)


def change_words(card: JobCard) -> Button:
    """Offer the line of a job for changing; the picture that it changes comes with it."""
    request = card.request
    label = "Change words, attach again" if request.references or request.mask else "Change words"
    return Button(act="change_words", label=label, job=card.id, picture=request.parent, words=line_of(card))


def line_of(card: JobCard) -> str:
    """Write the line that orders the same job, apart from its pictures."""
    return f"/{card.command} {write_line(card.request.prompt, chosen_of(card))}"


def chosen_of(card: JobCard) -> dict[str, str | int | bool]:
    """List what was chosen for a job otherwise than the default, by option."""
    request = card.request
    options = {
        "size": request.size_words,
        "quality": request.quality,
        "count": request.count if request.count > 1 else None,
        "model": request.model_words or request.model,
        "format": request.format if request.format != "png" else None,
        "background": request.background if request.background != "auto" else None,
        "private": request.private,
        "plain": request.plain,
    }
    return {name: value for name, value in options.items() if value}


def understood(request: PictureRequest) -> tuple[Row, ...]:
    """List what was understood of an order."""
    rows = [
        Row(label="Size", value=size_words(request)),
        Row(label="Quality", value=request.quality),
        Row(label="Model", value=request.model),
        Row(label="Vendor", value=request.vendor),
    ]
    if request.count > 1:
        rows.append(Row(label="Pictures", value=str(request.count)))
    if request.format != "png":
        rows.append(Row(label="Format", value=request.format))
    if request.background != "auto":
        rows.append(Row(label="Background", value=request.background))
    if request.references:
        standing = f", {request.standing} of them standing" if request.standing else ""
        rows.append(Row(label="References", value=f"{len(request.references)}{standing}"))
    if request.style:
        rows.append(Row(label="Style", value=request.style))
    if request.plain:
        rows.append(Row(label="Plain", value="yes"))
    if request.mask:
        rows.append(Row(label="Mask", value="yes"))
    if request.private:
        rows.append(Row(label="Private", value="yes"))
    return tuple(rows)


def receipt(card: JobCard) -> tuple[Row, ...]:
    """List what was understood of an ended job and what it cost."""
    charged = card.charged or 0
    money = (
        Row(label="Held", value=format_exact(card.held)),
        Row(label=COST, value=format_exact(charged)),
        Row(label="Released", value=format_exact(card.held - charged)),
        Row(label="Job", value=f"#{card.number}", job=card.number),
    )
    return (*understood(card.request), *_made_from(card), *money)


def result_buttons(card: JobCard) -> tuple[Button, ...]:
    """Offer what can be done with the pictures of a job."""
    again = repeating("again", "Again", card)
    if not card.pictures:
        return (again,)
    buttons = [again, _picture_button(card, "edit", _edit_label(card))]
    for variant in card.variants:
        label = f"{VARIANTS[variant.act]} · {price_figure(variant.price)}"
        words = {"words": priced(str(card.number), variant.price)}
        buttons.append(_picture_button(card, variant.act, label).model_copy(update=words))
    if any(picture.has_original for picture in card.pictures):
        buttons.append(_picture_button(card, "original", "Original"))
    if card.may_change:
        buttons.append(_picture_button(card, "delete", "Delete"))
    if not card.request.private:
        buttons.append(_picture_button(card, "report", "Report"))
    return tuple(buttons)


def which_picture(card: JobCard, act: Act, *, words: str | None = None, price: int | None = None) -> Reply:
    """Ask which picture of a job is meant, with a button for each; one that spends shows its price in millicredits."""
    meant = meant_by(card, act)
    costs = "" if price is None else f" · {price_figure(price)}"
    buttons = tuple(
        Button(act=act, label=f"Picture {position}{costs}", job=card.id, picture=picture.id, words=words)
        for position, picture in meant
    )
    pictures = tuple(picture for _, picture in meant)
    text = say("ask_edit_which" if act == "edit" else "ask_which", number=card.number)
    return Reply(kind="question", text=text, pictures=pictures, buttons=buttons, private=True)


def meant_by(card: JobCard, act: Act) -> tuple[tuple[int, ShownPicture], ...]:
    """List the pictures that a button can be about, with their places from 1."""
    meant = (each for each in card.pictures if act != "original" or each.has_original)
    return tuple((each.position, each) for each in meant)


def job_reply(card: JobCard) -> Reply:
    """Show one job with its full prompt, every setting, its family and its buttons."""
    told = reply_for(card)
    is_done = card.state is JobState.DONE
    rows = [
        Row(label="Words", value=card.request.prompt),
        Row(label="State", value=state_words(card)),
        Row(label="Ordered", value=date_words(card.created)),
        *((*understood(card.request), *_made_from(card)) if card.state.is_open else receipt(card)),
        *(Row(label="Led to", value=f"#{child}", job=child) for child in card.child_numbers),
        *(Row(label=f"Picture {each.position}", value=say("shown_to_nobody")) for each in card.taken_down),
    ]
    text = say("made_with", model=card.request.model, number=card.number) if is_done else told.text
    # One's own picture is deleted, not reported.
    buttons = tuple(each for each in told.buttons if each.act != "report" or not card.may_change)
    if card.may_change:
        # Nobody sees it, so no message has a button for it.
        buttons += tuple(
            Button(act="delete", label=f"Delete picture {each.position}", job=card.id, picture=each.id)
            for each in card.taken_down
        )
    shown = {"kind": "info", "text": text, "rows": tuple(rows), "buttons": buttons, "private": True}
    return told.model_copy(update=shown)


def size_words(request: PictureRequest) -> str:
    """Say the size as it was asked, drawn and cut."""
    if not request.width:
        return "auto, the model chooses"
    drawn = f"{request.width}x{request.height}"
    if request.trim_width:
        return f"{request.trim_width}x{request.trim_height}, trimmed from {drawn}"
    return drawn if request.size_words in {"", drawn} else f"{request.size_words}, {drawn}"


def state_words(card: JobCard) -> str:
    """Say how a job stands in a word or two."""
    words = {JobState.RUNNING: "being drawn", JobState.LOST: "outcome unknown"}
    return words.get(card.state, card.state.value)


def _made_from(card: JobCard) -> tuple[Row, ...]:
    if card.parent_number is None:
        return ()
    return (Row(label="Made from", value=f"#{card.parent_number}", job=card.parent_number),)


def _edit_label(card: JobCard) -> str:
    return f"Edit… from {price_figure(card.edit_from)}" if card.edit_from else "Edit…"


def repeating(act: Act, verb: str, card: JobCard, more: str = "") -> Button:
    """Offer to order the same once more, at its price of today."""
    words = priced(f"{card.number}{more}", card.price_again)
    return Button(act=act, label=f"{verb} · {price_figure(card.price_again)}", job=card.id, words=words)


def _picture_button(card: JobCard, act: Act, label: str) -> Button:
    """Name the one picture that a button can be about, or the job, so that pressing it asks which."""
    meant = meant_by(card, act)
    if len(meant) == 1:
        return Button(act=act, label=label, job=card.id, picture=meant[0][1].id)
    return Button(act=act, label=label, job=card.id, words=str(card.number))


def _about(
    card: JobCard, kind: ReplyKind, text: str, *, rows: tuple[Row, ...] = (), buttons: tuple[Button, ...] = ()
) -> Reply:
    return Reply(
        kind=kind,
        text=text,
        rows=rows,
        buttons=buttons,
        private=card.request.private,
        job=card.id,
        number=card.number,
    )
