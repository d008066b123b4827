"""The wire dialect of OpenAI's Images API, which many servers speak."""

from bot.vendors.openai.vendor import OpenAI

__all__ = ["OpenAI"]
