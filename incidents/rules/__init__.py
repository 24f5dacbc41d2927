"""The rules: pure questions, values in and values out. No database, no Slack, no clock of their own (DESIGN §1)."""
