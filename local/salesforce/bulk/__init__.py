"""Bulk API 2.0: ingest and query jobs (fact sheet, 3.5)."""
