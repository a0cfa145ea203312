"""The same job as others do it. These scripts run in their own environment and import nothing of ours."""
