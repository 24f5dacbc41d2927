"""A local Slack workspace that speaks the real protocol: for trying an app in a browser, and for its tests.

It knows Slack and nothing of the app. `Workspace` is the whole of it in memory, `Sandbox` puts it behind HTTP and a
websocket, `Slack` is the people's vocabulary for stories.
"""
