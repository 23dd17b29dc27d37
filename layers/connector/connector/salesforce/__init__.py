"""Salesforce: session, facts about the org, graph writing, errors; knows nothing of storefronts."""
