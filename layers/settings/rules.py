"""Your own rules: functions that the connector calls at named steps of a flow. None is needed.

after_parse(order) -> order     change or replace the canonical order before it is mapped; raise
                                `connector.errors.Parked` to hold it back with a reason
before_write(order, records) -> records
                                change the Salesforce records that the mapping made
after_write(order, ids)         told the Salesforce ids of what was written, record name to id

Each runs once per attempt, so it must not count or send anything that may not happen twice.
"""
