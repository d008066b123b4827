"""Which changes the words of an edit name, in several languages."""

from __future__ import annotations

from PIL import Image

from bot.vendors.sketch import gradings
from bot.vendors.sketch.gradings import Change, Grading, tint
from bot.vendors.sketch.palettes import Dice
from bot.vendors.sketch.words import names_any


def steady(change: Change) -> Grading:
    """Make a grading of a change that leaves nothing to chance."""
    return lambda image, _: change(image)


GRADINGS: tuple[tuple[Grading, str], ...] = (
    (
        steady(gradings.grey),
        (
            "black and white, black-and-white, monochrome, greyscale, grayscale, чёрно-бел, "
            "черно-бел, ασπρόμαυρ, 白黒, モノクロ, 黑白, 흑백"
        ),
    ),
    (
        gradings.night,
        "night, midnight, moon, stars, ночь, ночн, звёзд, νύχτα, 夜, 밤, nuit, nacht, noche, notte",
    ),
    (
        steady(gradings.dusk),
        "dusk, sunset, twilight, evening, закат, вечер, сумер, ηλιοβασίλεμα, 夕, 黄昏, 노을, abend",
    ),
    (gradings.snowy, "snow, winter, снег, зим, χιόνι, 雪, 冬, 눈 오, 겨울, schnee, neige"),
    (gradings.rainy, "rain, storm, дожд, βροχ, 雨, 비 오, regen, pluie"),
    (steady(gradings.foggy), "fog, foggy, mist, blur, soft, туман, ομίχλη, 霧, 雾, 안개, nebel"),
    (steady(gradings.sepia), "sepia, vintage, retro, винтаж, ретро, レトロ, 复古"),
    (steady(gradings.pixels), "pixel, 8-bit, пиксел, ドット, 像素, 픽셀"),
    (steady(gradings.negative), "invert, negative, негатив, 反転, 反转"),
    (
        steady(gradings.warm),
        "warm, golden, autumn, summer, cosy, cozy, тёпл, тепл, осен, ζεστ, 暖, 따뜻, 秋, 가을",
    ),
    (steady(gradings.brighter), "bright, light, sunny, morning, светл, ярче, φωτειν, 明る, 亮, 밝"),
    (steady(gradings.darker), "dark, gloom, тёмн, темн, σκοτειν, 暗, 어둡"),
    (steady(gradings.bold), "contrast, bold, dramatic, контраст, コントラスト, 对比"),
    (
        steady(tint("2563C9")),
        "blue, cold, cool, синий, синим, голуб, холодн, μπλε, 青, 蓝, 파란, blau, bleu, azul",
    ),
    (steady(tint("D42A22")), "red, redder, красн, κόκκιν, 赤, 红, 빨간, rouge, rojo"),
    (steady(tint("2E8B4A")), "green, spring, зелён, зелен, πράσιν, 緑, 绿, 초록, grün, vert, verde"),
    (steady(tint("E0A80D")), "yellow, жёлт, желт, κίτριν, 黄色, 노란, gelb, jaune"),
    (steady(tint("E5780B")), "orange, оранж, πορτοκαλ, 橙, オレンジ, 주황"),
    (steady(tint("7B3FC4")), "purple, violet, фиолет, μωβ, 紫, 보라, lila"),
    (steady(tint("E14C8B")), "pink, розов, ροζ, ピンク, 粉, 분홍, rosa"),
)


def graded(image: Image.Image, words: str, dice: Dice) -> Image.Image:
    """Change an RGB picture as `words` say: the first two changes that they name, else two colours."""
    named = [grading for grading, names in GRADINGS if names_any(words, names)]
    for grading in named[:2] or [gradings.duotone]:
        image = grading(image, dice)
    return image
