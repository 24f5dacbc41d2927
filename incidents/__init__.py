"""VERBS: what can be done to an incident, the policy it follows and the rules. No Slack, Redis or HTTP."""
