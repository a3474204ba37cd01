"""The Sonoran CAD client: two API generations behind one protocol."""
