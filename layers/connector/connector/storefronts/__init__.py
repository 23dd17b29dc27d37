"""Storefronts: one adapter per platform behind one port; knows nothing of Salesforce.

Imports nothing here: the receive path takes `connector.storefronts.delivery` alone, without the adapters' weight.
"""
