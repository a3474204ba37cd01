from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.images import image_problem


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://i.imgur.com/a.png", None),
        ("https://I.Imgur.com/a.png?x=1#y", None),
        ("https://bücher.example/a.png", None),
        ("https://a.xn--p1ai/a.png", None),
        ("HTTPS://i.imgur.com/a.png", None),
        ("https://cdn.discordapp.com/avatars/1/a.png", None),
        ("https://example.com/attachments/1/a.png", None),
        ("http://i.imgur.com/a.png", "problem-image-https"),
        ("i.imgur.com/a.png", "problem-image-https"),
        ("statics/images/blank_user.jpg", "problem-image-https"),
        ("javascript:alert(1)", "problem-image-https"),
        ("data:image/png;base64,AA", "problem-image-https"),
        ("https://user:pw@example.com/a.png", "problem-image-address"),
        ("https://user@example.com/a.png", "problem-image-address"),
        ("https://example.com:8443/a.png", "problem-image-address"),
        ("https://example.com:/a.png", "problem-image-address"),
        ("https://127.0.0.1/a.png", "problem-image-address"),
        ("https://0x7f.1/a.png", "problem-image-address"),
        ("https://[::ffff:1.2.3.4]/a.png", "problem-image-address"),
        ("https://[::1/a.png", "problem-image-address"),
        ("https://localhost/a.png", "problem-image-address"),
        ("https://example.com./a.png", "problem-image-address"),
        ("https://.com/a.png", "problem-image-address"),
        ("https:///a.png", "problem-image-address"),
        ("https://example.com/a b.png", "problem-image-address"),
        ("https://example.com\\@evil.example/a", "problem-image-address"),
        ("https://example.com/<a>", "problem-image-address"),
        ("https://example.com/\u202egnp.a", "problem-image-address"),
        ("https://cdn.discordapp.com/attachments/1/2/a.png?ex=1", "problem-image-discord"),
        ("https://CDN.discordapp.com//Attachments/1/2/a.png", "problem-image-discord"),
        ("https://media.discordapp.net/ephemeral-attachments/1/2/a.png", "problem-image-discord"),
        ("https://images-ext-1.discordapp.net/attachments/1/a.png", "problem-image-discord"),
    ],
)
def test_image_addresses(url: str, key: str | None) -> None:
    assert image_problem(url) == key


@given(st.text(max_size=30) | st.text(max_size=30).map("https://".__add__))
def test_any_text_is_judged(url: str) -> None:
    key = image_problem(url)
    assert key in {"problem-image-https", "problem-image-address"} or (key is None and url.startswith("https://"))
