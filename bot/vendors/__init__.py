"""The vendors that draw, one file or package per wire dialect."""
