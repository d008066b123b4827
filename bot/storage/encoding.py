"""Bare pixels and a colour profile, and how they are written: nothing else of a file survives."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageCms

from bot.storage.sniffing import JPEG, WEBP, Kind

LONGEST_PROFILE_BYTES = 1 << 20
KEPT_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}
JPEG_QUALITY = 95


def plain_copy(image: Image.Image) -> tuple[Image.Image, bytes | None]:
    """Give the bare pixels, in a mode that our formats hold, and the colour profile."""
    profile = _profile(image)
    if image.mode in {"CMYK", "LAB"}:
        return _to_srgb(image, profile), None
    if image.mode not in KEPT_MODES:
        image = shallow(image)
    if image.mode not in KEPT_MODES:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    plain = image.copy()
    plain.info = {"transparency": image.info["transparency"]} if "transparency" in image.info else {}
    return plain, profile


def shallow(image: Image.Image) -> Image.Image:
    """Bring 16 bits for each pixel down to 8, which Pillow by itself would cut off at white."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert("L") if image.mode == "F" else image


def encode(image: Image.Image, kind: Kind, *, profile: bytes | None, is_lossless: bool) -> bytes:
    """Write JPEG and WebP as such, everything else as PNG."""
    buffer = BytesIO()
    if kind is JPEG:
        image.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0, icc_profile=profile)
    elif kind is WEBP and is_lossless:
        image.save(buffer, "WEBP", lossless=True, exact=True, method=2, icc_profile=profile)
    elif kind is WEBP:
        image.save(buffer, "WEBP", quality=JPEG_QUALITY, method=3, icc_profile=profile)
    else:
        image.save(buffer, "PNG", icc_profile=profile)
    return buffer.getvalue()


def _profile(image: Image.Image) -> bytes | None:
    """The colour profile, if it is one: other bytes do not travel under its name."""
    profile = image.info.get("icc_profile")
    if isinstance(profile, bytes) and len(profile) <= LONGEST_PROFILE_BYTES and profile[36:40] == b"acsp":
        return profile
    return None


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Turn printing colours into screen colours, by their profile where there is one."""
    if profile:
        try:
            source, screen = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, screen, outputMode="RGB")
        except ImageCms.PyCMSError:
            converted = None
        if converted is not None:
            converted.info = {}
            return converted
    plain = image.convert("RGB")
    plain.info = {}
    return plain
