"""Which picture goes with which words, in several languages."""

from __future__ import annotations

from collections.abc import Callable

from bot.vendors.sketch.abstracts import arcs, lens, orbits, rays, rings, stripes, tiles
from bot.vendors.sketch.scenes import Scene, beacon, bloom, hills, horizon, ridges, skyline
from bot.vendors.sketch.words import names_any

Composition = Callable[[Scene], None]

ABSTRACT: tuple[Composition, ...] = (rings, arcs, tiles, rays, stripes, orbits, lens)

SUBJECTS: tuple[tuple[Composition, str], ...] = (
    (beacon, "lighthouse, beacon, маяк, φάρο, 灯台, 灯塔, 燈台, 등대, faro, phare, leuchtturm"),
    (
        skyline,
        (
            "city, street, town, skyline, neon, alley, город, улиц, πόλη, 街, 路地, ネオン, "
            "城市, 都市, 골목, 도시, ville, stadt, ciudad"
        ),
    ),
    (ridges, "mountain, alps, peak, cliff, fox, гора, горы, горах, βουν, 山, 산, montagne, berg"),
    (bloom, "flower, garden, rose, bloom, цвет, сад, саду, λουλού, 花, 꽃, fleur, blume, flor"),
    (orbits, "planet, space, galaxy, orbit, moon, космос, луна, διάστημα, 宇宙, 月, 우주"),
    (
        horizon,
        (
            "sea, ocean, beach, sunset, dusk, harbour, harbor, boat, море, моря, закат, θάλασσα, "
            "海, 夕, 바다, mer, meer"
        ),
    ),
    (
        hills,
        "hill, field, forest, wave, river, meadow, лес, поле, река, δάσος, 森, 숲, forêt, wald",
    ),
    (rays, "sun, sunny, summer, morning, jazz, music, лето, солнц, ήλιος, 夏, 太阳, 여름"),
)


def composition_for(words: str, choice: int) -> Composition:
    """The first subject that the words name, else one of the abstract ones, by `choice`."""
    named = (composition for composition, names in SUBJECTS if names_any(words, names))
    return next(named, ABSTRACT[choice % len(ABSTRACT)])
