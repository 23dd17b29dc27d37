"""States and countries as picklists: code and name belong together."""

from __future__ import annotations

from collections.abc import Mapping

from local.salesforce.errors import ApiError, integrity
from local.salesforce.places import countries, states
from local.salesforce.world import Change


def prepare_addresses(change: Change) -> None:
    """Check each address that the write touches, and complete the name from the code or the code from the name."""
    for name in [each for each in change.sobject.fields if each.endswith("CountryCode")]:
        stem = name.removesuffix("CountryCode")
        parts = {f"{stem}{part}" for part in ("Country", "CountryCode", "State", "StateCode")}
        if parts & change.given:
            _complete(change, f"{stem}Country", countries(), "country")
            _complete_state(change, stem)


def _complete_state(change: Change, stem: str) -> None:
    state = f"{stem}State"
    if not (change.row.get(state) or change.row.get(f"{state}Code")):
        return
    country = change.row.get(f"{stem}CountryCode")
    if country is None:
        raise integrity(
            f"A country must be specified before specifying a state value for field: {state}", state
        )
    _complete(change, state, states().get(str(country), {}), "state")


def _complete(change: Change, name: str, known: Mapping[str, str], what: str) -> None:
    """Make the name and the code of a country or state agree; the part that was given decides."""
    row, code_field = change.row, f"{name}Code"
    if code_field in change.given and code_field in row:
        code = str(row[code_field])
        shown = known.get(code)
        text_given = name in change.given and name in row
        if shown is None or (
            text_given and str(row[name]).casefold() not in {shown.casefold(), code.casefold()}
        ):
            raise _problem(what, code_field)
        row[name] = shown
    elif name in change.given and name in row:
        text = str(row[name]).casefold()
        found = next(
            (code for code, each in known.items() if text in {each.casefold(), code.casefold()}), None
        )
        if found is None:
            raise _problem(what, name)
        row.update({name: known[found], code_field: found})
    elif {name, code_field} & change.given:
        row.pop(name, None)
        row.pop(code_field, None)
    elif code_field in row and str(row[code_field]) not in known:
        raise _problem(what, name)


def _problem(what: str, field: str) -> ApiError:
    plural = {"state": "states", "country": "countries"}[what]
    message = (
        f"There's a problem with this {what}, even though it may appear correct. "
        f"Choose a {what} from the list of valid {plural}."
    )
    return integrity(message, field)
