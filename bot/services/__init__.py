"""The use cases: what people ask for, without a word of Discord."""
