"""The dry run: what the last orders of a store would write, compared with what Salesforce holds. Writes nothing."""
