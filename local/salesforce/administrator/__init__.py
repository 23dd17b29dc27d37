"""What people do in the org's user interface, which no REST call of the connector does: merge, convert, restore."""
