"""Discord: commands, messages, buttons and forms in; pictures out."""
