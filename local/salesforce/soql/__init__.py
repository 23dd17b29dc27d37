"""SOQL: reading a query and running it over the rows."""
