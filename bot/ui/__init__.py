"""How use cases meet Discord: words, embeds, forms, and the one way back for every button."""
