"""The commands: parse what was typed, call one use case, send one answer."""
