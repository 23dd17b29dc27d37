"""In-memory stand-ins for AWS services. They obey tests/conformance, as the emulator and the real services do."""
