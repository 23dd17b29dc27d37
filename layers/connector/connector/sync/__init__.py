"""What makes a sync safe: the change envelope, records, batches, merging, parking, deferring. Imports nothing here."""
