"""The three ways in which a change does not reach its target: deferred, parked, failed.

Roots are chosen by how one recovers, not by where the trouble arose. Every raise site picks one.
Messages carry ids, field names and kinds of values, never payloads, secrets or personal data.
"""

from typing import Literal

Urgency = Literal["person", "waiting"]


class NotWritten(Exception):
    """A change that did not reach its target; never raised itself."""


class Deferred(NotWritten):
    """Not now: goes back to its queue with a delay.

    `reason` names the delay curve (see `connector.sync.messages.CURVES`), `detail` is for the log and the operator.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Parked(NotWritten):
    """Cannot be written until a person or the other system changes something.

    `reason` is a stable word for filters (`test_order`, `validation_rule`, ...), `field` the field at fault if one is,
    `message` what is wrong, `next_step` what to press or change. `urgency` is `person` when somebody has to act and
    `waiting` when the record clears itself (an unfinished checkout); only the first raises the alarm.
    """

    def __init__(
        self, reason: str, message: str, next_step: str, field: str = "", urgency: Urgency = "person"
    ) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message
        self.next_step = next_step
        self.field = field
        self.urgency: Urgency = urgency


class Failed(NotWritten):
    """Our bug or a crash: the queue retries, then the dead-letter queue and its alarm."""


class Misconfigured(Exception):
    """Settings that cannot work; `findings` are one line each and name file, line, what is wrong and the fix."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings
