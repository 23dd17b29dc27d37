"""From Salesforce's error codes to what the connector does."""

import pytest

from connector.errors import Deferred, Parked
from connector.salesforce.errors import Refusal, cause, classify, to_outcome
from connector.sync.messages import CURVES

DEFERRED = {
    "UNABLE_TO_LOCK_ROW": "salesforce_locked",
    "SERVER_UNAVAILABLE": "salesforce_unavailable",
    "SERVICE_UNAVAILABLE": "salesforce_unavailable",
    "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE": "salesforce_unavailable",
    "UNKNOWN_EXCEPTION": "salesforce_unknown",
    "ORG_LOCKED": "salesforce_unavailable",
    "QUERY_TIMEOUT": "salesforce_unavailable",
    "REQUEST_RUNNING_TOO_LONG": "salesforce_unavailable",
    "REQUEST_TIMEOUT_OR_CONFLICT": "salesforce_unavailable",
    "TOO_MANY_APEX_REQUESTS": "salesforce_unknown",
    "EXCEEDED_MAX_SEMIJOIN_SUBSELECTS": "salesforce_unavailable",
    "LIMIT_EXCEEDED": "salesforce_unknown",
    "ENTITY_IS_DELETED": "missing_parent",
    "INVALID_CROSS_REFERENCE_KEY": "missing_parent",
    "STANDARD_PRICE_NOT_DEFINED": "missing_parent",
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": "salesforce_halted",
    "PROCESSING_HALTED": "salesforce_halted",
    "BATCH_PROCESSING_HALTED": "salesforce_halted",
    "SOMETHING_NEW_IN_V99": "salesforce_unknown",
}

PARKED = (
    "STORAGE_LIMIT_EXCEEDED",
    "DUPLICATES_DETECTED",
    "DUPLICATE_VALUE",
    "DUPLICATE_EXTERNAL_ID",
    "INSUFFICIENT_ACCESS",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_TYPE",
    "NOT_FOUND",
    "REQUIRED_FIELD_MISSING",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    "STRING_TOO_LONG",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "INVALID_EMAIL_ADDRESS",
    "FIELD_INTEGRITY_EXCEPTION",
    "FAILED_ACTIVATION",
    "INVALID_STATUS",
    "NUMBER_OUTSIDE_VALID_RANGE",
    "INVALID_TYPE_ON_FIELD_IN_RECORD",
    "JSON_PARSER_ERROR",
    "MALFORMED_ID",
    "MISSING_ARGUMENT",
    "MALFORMED_QUERY",
    "INACTIVE_OWNER_OR_USER",
    "INVALID_CURRENCY_ISO",
    "API_CURRENTLY_DISABLED",
    "API_DISABLED_FOR_ORG",
    "TXN_SECURITY_APEX_ERROR",
)


@pytest.mark.parametrize("code", DEFERRED)
def test_what_passes_by_itself_is_deferred_on_a_known_curve(code):
    outcome = to_outcome(Refusal(code, "any text", object="Order"))
    assert isinstance(outcome, Deferred)
    assert outcome.reason == DEFERRED[code]
    assert outcome.reason in CURVES


@pytest.mark.parametrize("code", PARKED)
def test_what_a_person_must_change_is_parked_with_field_and_next_step(code):
    outcome = to_outcome(Refusal(code, "any text", ("Name",), object="Order"))
    assert isinstance(outcome, Parked)
    assert (outcome.reason, outcome.field, outcome.urgency) == (code.lower(), "Order.Name", "person")
    assert outcome.next_step.endswith(("retry.", "retry it."))


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (
            "INVALID_FIELD",
            "Foreign key external ID: shop:1 not found for field Storefront_Key__c",
            "ordering",
        ),
        ("INVALID_FIELD", "No such column 'X' on sobject of type Order", "configuration"),
        (
            "REQUEST_LIMIT_EXCEEDED",
            "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
            "transient",
        ),
        ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", "limit"),
        (
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "OrderTrigger: UNABLE_TO_LOCK_ROW, unable to obtain",
            "locked",
        ),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "OrderTrigger: null pointer", "data"),
        ("CANNOT_EXECUTE_FLOW_TRIGGER", "flow: UNABLE_TO_LOCK_ROW", "locked"),
        ("CANNOT_EXECUTE_FLOW_TRIGGER", "flow failed", "data"),
    ],
)
def test_codes_with_two_meanings_are_told_apart_by_their_text(code, message, kind):
    assert classify(Refusal(code, message)) == kind


def test_cause_is_the_first_that_is_no_bystander():
    halted = Refusal("PROCESSING_HALTED", "")
    guilty = Refusal("STRING_TOO_LONG", "")
    assert cause([halted, guilty, Refusal("DUPLICATE_VALUE", "")]) is guilty
    assert cause([halted]) is None


def test_admins_own_text_is_shown():
    refusal = Refusal("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Orders need a PO number", (), object="Order")
    assert "Orders need a PO number" in to_outcome(refusal).message


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(
            "INVALID_EMAIL_ADDRESS",
            "Email: invalid email address: ada@Example.com",
            ("Email",),
            object="Contact",
        ),
        Refusal("DUPLICATE_VALUE", "duplicate value found: Phone__c duplicates +44 20 on 001000000000001"),
        Refusal(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "State: bad value for restricted picklist field: Ada"
        ),
        Refusal("INVALID_FIELD", "No such column 'Vip__c' on sobject of type Account"),
        Refusal(
            "MALFORMED_QUERY",
            "SELECT Id FROM Contact WHERE Email = 'Ada__c' AND Name = 'o\\'AdaId'\n ^ unexpected",
        ),
    ],
)
def test_values_of_the_record_are_never_repeated(refusal):
    outcome = to_outcome(refusal)
    text = f"{outcome} {outcome.next_step} {outcome.field}"
    assert not any(value in text for value in ("ada@", "+44", "Ada", "001000"))


@pytest.mark.parametrize(
    ("refusal", "named"),
    [
        (
            Refusal("INVALID_FIELD", "No such column 'Vip__c' on sobject of type Account", object="Account"),
            "Account: INVALID_FIELD (Account.Vip__c)",
        ),
        (
            Refusal(
                "INVALID_FIELD",
                "\nSELECT Id, Storefront_Key__c FROM Contact WHERE Email = 'Ada__c@example.com'\n  ^\n"
                "ERROR at Row:1:Column:12\nNo such column 'Storefront_Key__c' on entity 'Contact'. If you ...",
            ),
            "a call: INVALID_FIELD (Contact.Storefront_Key__c)",
        ),
        (
            Refusal(
                "NOT_FOUND",
                "Provided external ID field does not exist or is not accessible: Storefront_Key__c",
                object="OrderItem",
            ),
            "OrderItem: NOT_FOUND (Storefront_Key__c)",
        ),
        (
            Refusal(
                "REQUIRED_FIELD_MISSING", "Required fields are missing: [x]", ("LastName",), object="Lead"
            ),
            "Lead: REQUIRED_FIELD_MISSING (LastName)",
        ),
    ],
)
def test_what_is_missing_is_named(refusal, named):
    message = to_outcome(refusal).message
    assert message == f"Salesforce refused {named}"
