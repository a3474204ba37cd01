"""How fast the bot is, and how much it takes, beside the smallest honest program that does the same."""
