"""From the model to Salesforce records, as layers/settings/mappings/*.yaml say."""
