"""An emulated Sonoran CAD and an emulated Discord, for the real bot to connect to. Imports nothing of the bot."""
