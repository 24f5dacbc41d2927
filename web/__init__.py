"""HTTP: Slack's endpoint, health and metrics."""
