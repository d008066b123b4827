"""When vendors retire models: what is warned of, and what is drawn instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.core.catalogue import Catalogue, Model

WARN_DAYS = (60, 14, 3)


@dataclass(frozen=True)
class Retirement:
    """A model that its vendor retires in `days`; none or fewer: it is gone."""

    model: str
    vendor: str
    date: date
    days: int
    successor: str | None

    @property
    def stage(self) -> int | None:
        """The warning that is due: the fewest of 60, 14 and 3 days that it is within, 0 when it is gone, or None."""
        if self.days <= 0:
            return 0
        return min((days for days in WARN_DAYS if self.days <= days), default=None)

    @property
    def sentence(self) -> str:
        """Say it to an operator."""
        then = f"{self.successor} is drawn instead" if self.successor else "it names no successor"
        if self.days <= 0:
            return f"{self.model} of {self.vendor} was retired on {self.date}; {then}."
        unit = "day" if self.days == 1 else "days"
        return f"{self.model} of {self.vendor} is retired in {self.days} {unit}, on {self.date}; {then}."


def retirements(catalogue: Catalogue, today: date) -> list[Retirement]:
    """List every retirement that is known, the nearest first."""
    found = [
        Retirement(model.name, model.vendor, model.retires, (model.retires - today).days, model.successor)
        for model in catalogue.models
        if model.retires
    ]
    return sorted(found, key=lambda each: each.days)


def is_retired(model: Model, today: date) -> bool:
    """Whether the vendor does not draw with it any more."""
    return model.retires is not None and model.retires <= today


def in_service(catalogue: Catalogue, today: date) -> Catalogue:
    """Return the catalogue without the models that are retired."""
    return catalogue.model_copy(
        update={"models": tuple(model for model in catalogue.models if not is_retired(model, today))}
    )


def drawn_by(catalogue: Catalogue, name: str, today: date) -> str:
    """Follow the successors of a retired model to the name of one in service; `name` itself where there is none."""
    vendor, _, plain = name.rpartition("/")
    if vendor:
        its_own = (model for model in catalogue.models if (model.vendor, model.name) == (vendor, plain))
        return (
            name
            if all(not is_retired(each, today) for each in its_own)
            else drawn_by(catalogue, plain, today)
        )
    serving = {model.name for model in catalogue.models if not is_retired(model, today)}
    following = {model.name: model.successor for model in catalogue.models if model.successor}
    seen: list[str] = []
    while name not in serving and name not in seen and name in following:
        seen.append(name)
        name = following[name]
    return name if name in serving or not seen else seen[0]
