"""Storefront Connector for Salesforce: the package that all flows share."""
