# The bot's own records.

storage-unknown = It is not certain whether this was stored.
    The connection to the bot's own records broke in the middle. Look whether it was done before you try again. If it happens more often, tell whoever runs the bot: the cause is in the log.
