"""The organisation as a Mesa model: agents on Mesa's calendar, to be read, extended and watched."""
