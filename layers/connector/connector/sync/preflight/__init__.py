"""The preflight: can these settings work in these orgs as they are today? Imports nothing here."""
