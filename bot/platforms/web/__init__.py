"""The web chat: one page, a feed of messages and the pictures."""
