"""Interim keys."""

from bot.storage.vault import Vault


def load_vault(settings, *, sealed_rows, create=True):  # noqa
    return Vault([b"k" * 32])
