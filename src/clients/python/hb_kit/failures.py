"""From an exception to an outcome, with the first of each kind told on standard error."""

from __future__ import annotations

import sys

from hb_kit import outcome as outcomes
from hb_kit.client import Client

_TEXT_MAX = 500


class Failures:
    def __init__(self, client: Client) -> None:
        self._classify = client.classify
        self._told: set[int] = set()

    def outcome(self, failure: Exception) -> int:
        try:
            outcome = self._classify(failure)
        except Exception as mistake:  # a client's own mistake costs the record its reason, not the run
            failure, outcome = mistake, outcomes.CLIENT_EXCEPTION
        if outcome not in self._told:
            self._told.add(outcome)
            text = f"first {outcomes.NAMES[outcome]}: {failure!r}"
            print(text[:_TEXT_MAX], file=sys.stderr, flush=True)
        return outcome
