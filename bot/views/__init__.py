"""Pure Block Kit: values in, messages and forms out. Nothing here reads a database, a clock or Slack."""
