"""The laptop stack: template.yaml on this machine, with the real Lambda runtime client."""
