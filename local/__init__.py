"""What runs on a developer's machine only; nothing that is deployed imports it."""
