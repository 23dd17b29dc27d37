"""What all tests share: the environment that Lambda gives the functions, quiet logs."""

import os

os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "orders_to_salesforce")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "StorefrontConnector")
os.environ.setdefault("POWERTOOLS_TRACE_DISABLED", "true")
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
