"""What goes wrong on either side, or in the bot itself, and what must hold all the same."""
