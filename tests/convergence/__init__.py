"""The promise that replays, duplicates, reordering, concurrency and crashes converge on one Salesforce state."""
