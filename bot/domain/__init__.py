"""Pure: templates, forms, access and what the bot talks about. No I/O of any kind."""
