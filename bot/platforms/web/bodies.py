"""What is inside a chat message, and how the page gets it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.core.chatlog import ChatMessage
from bot.core.front import Uploaded
from bot.core.replies import Reply
from bot.core.studio import Balance, JobCard, ModelOffer


class Card(BaseModel):
    """A job as the page shows it: what was understood, where it stands and what it costs (millicredits)."""

    model_config = ConfigDict(frozen=True)

    job: str
    number: int
    state: str
    is_open: bool
    position: int | None
    width: int
    height: int
    size: str
    quality: str
    model: str
    vendor: str
    count: int
    held: int
    charged: int | None
    created: int
    started: int | None
    ended: int | None
    parent_number: int | None
    partial: str | None = None

    @classmethod
    def of(cls, card: JobCard) -> Card:
        """Take from a job what the page shows."""
        request = card.request
        shape = "square" if request.width == request.height else f"{request.width} × {request.height}"
        return cls(
            job=card.id,
            number=card.number,
            state=card.state.value,
            is_open=card.state.is_open,
            position=card.position,
            width=request.trim_width or request.width,
            height=request.trim_height or request.height,
            size=request.size_words or shape,
            quality=request.quality,
            model=request.model,
            vendor=request.vendor,
            count=request.count,
            held=card.held,
            charged=card.charged,
            created=card.created,
            started=card.started,
            ended=card.ended,
            parent_number=card.parent_number,
            partial=card.partial,
        )


class Attached(BaseModel):
    """A picture that a person sent along."""

    model_config = ConfigDict(frozen=True)

    picture: str
    name: str
    width: int
    height: int
    converted_from: str | None = None

    def uploaded(self) -> Uploaded:
        """Return it as the front takes it."""
        return Uploaded(self.picture, self.name, self.width, self.height, self.converted_from)

    @classmethod
    def of(cls, uploaded: Uploaded) -> Attached:
        """Keep what the gallery said of an upload."""
        return cls.model_validate(vars(uploaded))


class PersonBody(BaseModel):
    """What a person said: the line, what came with it and the picture that it answers."""

    model_config = ConfigDict(frozen=True)

    text: str
    attachments: tuple[Attached, ...] = ()
    picture: str | None = None


class EaselBody(BaseModel):
    """What Easel said, about which job, and the message that it answers."""

    model_config = ConfigDict(frozen=True)

    reply: Reply
    card: Card | None = None
    answers: str | None = None

    def without(self, picture: str) -> EaselBody:
        """Return it without a picture that was deleted and without the buttons of that picture."""
        pictures = tuple(shown for shown in self.reply.pictures if shown.id != picture)
        buttons = tuple(button for button in self.reply.buttons if button.picture != picture)
        return self.model_copy(
            update={"reply": self.reply.model_copy(update={"pictures": pictures, "buttons": buttons})}
        )


def shown(message: ChatMessage) -> dict[str, Any]:
    """Return a message as the page gets it; nothing of a deleted one but its place."""
    place: dict[str, Any] = {
        "id": message.id,
        "seq": message.seq,
        "root": message.root,
        "author": message.author,
        "created": message.created,
        "changed": message.changed,
        "is_deleted": message.is_deleted,
    }
    if message.is_deleted:
        return place
    if message.author == "person":
        return place | PersonBody.model_validate_json(message.body).model_dump()
    body = EaselBody.model_validate_json(message.body)
    return (
        place
        | body.reply.model_dump()
        | {"card": body.card and body.card.model_dump(), "answers": body.answers}
    )


def shown_balance(balance: Balance) -> dict[str, Any]:
    """Return what a person has as the page gets it, in millicredits."""
    return {
        "available": balance.available,
        "credits": balance.credits_available,
        "held": balance.held,
        "spent": balance.spent,
        "plan": balance.plan,
        "allowance": {
            "limit": balance.allowance_limit,
            "left": balance.allowance_left,
            "resets": balance.allowance_resets,
        },
    }


def shown_offer(offer: ModelOffer) -> dict[str, Any]:
    """Return a model as the page offers it; prices are those of a square, in millicredits."""
    return {
        "name": offer.name,
        "title": offer.title,
        "is_default": offer.is_default,
        "qualities": [{"name": quality, "price": price} for quality, price in offer.prices],
        "default_quality": offer.default_quality,
        "backgrounds": offer.backgrounds,
    }
