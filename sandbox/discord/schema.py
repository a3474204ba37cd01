"""Checks request bodies against Discord's published OpenAPI description. Tests only: needs `jsonschema`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from jsonschema import Draft202012Validator

from .wire import ApiError, Problems

if TYPE_CHECKING:
    from .wire import Json

VARIABLE = "CHARLINK_DISCORD_OPENAPI"


class BodySchema:
    """Validators of request bodies, built from the description at first use of each route."""

    def __init__(self, document: Json) -> None:
        self._document = document
        # The page reference/Snowflakes: ids are accepted as strings and as integers.
        document["components"]["schemas"]["SnowflakeType"] = {"type": ["string", "integer"]}
        self._validators: dict[tuple[str, str], Draft202012Validator] = {}

    @classmethod
    def find(cls, default: Path) -> BodySchema | None:
        """Return the schema of the file named by the environment, else of `default`; None when neither is there."""
        path = Path(os.environ.get(VARIABLE) or default)
        return cls(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None

    def check(self, method: str, route: str, body: object) -> None:
        """Refuse a body that is not as described (400, code 50035)."""
        problems = Problems()
        for error in self._validator(method, route).iter_errors(body):
            problems.add(tuple(error.absolute_path), "OPENAPI_MISMATCH", error.message[:200])
        if problems.tree:
            raise ApiError(400, 50035, "Invalid Form Body", problems.tree)

    def _validator(self, method: str, route: str) -> Draft202012Validator:
        key = method, route
        if key not in self._validators:
            content = self._document["paths"][route][method]["requestBody"]["content"]
            schema = {**content["application/json"]["schema"], "components": self._document["components"]}
            self._validators[key] = Draft202012Validator(schema)
        return self._validators[key]
