"""The rules of Easel as pure values and functions: no I/O, no clock, no platform, no vendor."""
