"""A local Slack workspace that speaks the real protocol: for trying an app in a browser, and for its tests.

It knows Slack and nothing of the app. `Workspace` is the whole of it in memory, `Sandbox` puts it behind HTTP and a
websocket, `Slack` is the people's vocabulary for stories. Where to look:

what there is        state, shapes (as Slack writes it down), manifest (what the app declares)
what happens         channels, messages, marks, modals, uploads, canvases, usergroups; events says who hears of it
what the app calls   web_api, api/ (one file for each family of methods, with arguments, scopes and tiers), rates, faults,
                     blocks with grammar, block_parts and block_elements (Block Kit), responses (response URLs)
what it is sent      payloads, delivery (acks, retries), transports (signed HTTP), socket_mode
what people do       client (one person's hands), choices, people and seen (the words of stories), control (for the page)
what went by         log, causes (which request a call came of), wire (both of them, faults and settings over HTTP)
"""
