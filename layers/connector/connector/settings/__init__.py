"""What a merchant configures and what the deployment tells a function; imports nothing here (see `delivery`)."""
