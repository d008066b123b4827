"""Easel in Slack, through Bolt."""
