"""Charlink: links and creates Sonoran CAD characters from Discord."""
