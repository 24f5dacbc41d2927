"""SLACK: everything that knows Slack, in and out."""
