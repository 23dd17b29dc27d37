"""Change events and platform events, as Event Relay hands them to EventBridge."""
