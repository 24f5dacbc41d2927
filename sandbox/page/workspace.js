/* What one person sees of the workspace, kept in step with the server, and where in it they are. */

import { get, listen, post } from "./api.js";
import { toast } from "./dom.js";

const PERMALINK = /^(https?:\/\/[^/]+)?\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?(?:\?(.*))?$/;
const CANVAS = /^(https?:\/\/[^/]+)?\/docs\/[A-Z0-9]+\/([A-Z0-9]+)$/;
const FIRST = "U0ALICE"; // who one is until one says otherwise

/** How many messages of a channel are shown at most. */
export const SHOWN = 300;

class Workspace extends EventTarget {
  as = "";
  team = {};
  people = [];
  channels = [];
  commands = [];
  shortcuts = [];
  view = null;
  home = null;
  waiting = {};
  channelId = "";
  threadTs = "";
  messages = [];
  pins = [];
  bookmarks = [];
  canvases = [];
  groups = [];
  canvasId = "";
  replies = [];
  connected = true;
  actedAt = 0;
  tab = "";
  target = "";
  loaded = false;

  #stop = () => {};
  #under = null;
  #again = false;
  #marks = new Map();

  // --- looking things up

  person(id) {
    return this.people.find((each) => each.id === id) ?? null;
  }

  channel(id = this.channelId) {
    return this.channels.find((each) => each.id === id) ?? null;
  }

  get me() {
    return this.person(this.as);
  }

  get bot() {
    return this.person(this.botId) ?? this.people.find((each) => each.is_bot) ?? null;
  }

  /** What a channel is called, a direct message by its other side. */
  title(channel) {
    if (channel.kind !== "im") return channel.name;
    const other = this.person(channel.user ?? channel.members?.find((id) => id !== this.as) ?? this.as);
    return other ? other.real_name || other.name : channel.name || "Direct message";
  }

  isApp(channel) {
    return channel?.kind === "im" && Boolean(this.person(channel.user ?? channel.members?.find((id) => id !== this.as))?.is_bot);
  }

  /** The channel of that id or name; for a pattern such as inc-* the newest that fits. */
  named(wanted) {
    const name = wanted.replace(/^#/, "");
    const exact = this.channels.find((each) => [each.id, each.name].includes(name));
    if (exact || !name.includes("*")) return exact ?? null;
    const pattern = new RegExp(`^${name.replace(/[^\w*]/g, "\\$&").replaceAll("*", ".*")}$`);
    const fitting = this.channels.filter((each) => each.kind !== "im" && pattern.test(each.name));
    return fitting.sort((one, other) => Number(other.last_ts ?? 0) - Number(one.last_ts ?? 0))[0] ?? null;
  }

  /** Somebody who has a direct message to read, oneself last; null when nobody has. */
  waitingOne() {
    const found = Object.keys(this.waiting);
    return found.find((each) => each !== this.as) ?? found[0] ?? null;
  }

  message(ts) {
    return this.messages.find((each) => each.ts === ts) ?? this.replies.find((each) => each.ts === ts) ?? null;
  }

  /** From which ts on messages are new to this person: fixed when they enter a channel. */
  newSince(channelId) {
    return this.#marks.get(channelId) ?? null;
  }

  // --- addresses

  /** The hash that leads to a place; what is not given stays as it is. */
  address({ as = this.as, channel = this.channelId, thread = "", message = "", tab = "", canvas = "" } = {}) {
    const parts = Object.entries({ as, channel, thread, message, tab, canvas }).filter(([, value]) => value);
    return `#${parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
  }

  /** The address in this page of a message link of this workspace, or null. */
  localAddress(address) {
    const local = (origin) => !origin || [location.origin, `https://${this.team.domain}.slack.com`].includes(origin);
    const document = CANVAS.exec(address);
    if (document) return local(document[1]) ? this.address({ canvas: document[2] }) : null;
    const found = PERMALINK.exec(address);
    if (!found || !local(found[1])) return null;
    const [, , channel, seconds, micros, query] = found;
    const thread = new URLSearchParams(query ?? "").get("thread_ts") ?? "";
    return this.address({ channel, thread, message: seconds ? `${seconds}.${micros}` : "" });
  }

  /**
   * Go where the address bar says. People and channels may be given by id or name, channels by a pattern too; "@unread" is
   * whoever has an unread direct message, "@app" the app's messages. `text` fills the message field, `panel` opens the
   * protocol, so that a link can lay out a scene.
   */
  async go(hash) {
    const wanted = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));
    const first = wanted.as || localStorage.getItem("as") || FIRST;
    if (!this.loaded) await this.#become(/^U[A-Z0-9]+$/.test(first) ? first : FIRST);
    const as =
      wanted.as === "@unread" ? this.waitingOne() : this.people.find((each) => [each.id, each.name].includes(wanted.as))?.id;
    if (as && as !== this.as) await this.#become(as);
    const asked = wanted.channel === "@app" ? await this.openApp() : this.named(wanted.channel ?? "");
    const channel = asked?.id ?? (this.channelId || this.#firstChannel());
    const moved = channel !== this.channelId;
    if (moved) this.#marks.delete(channel);
    const tab = wanted.tab || (moved ? this.#usualTab(this.channel(channel)) : this.tab);
    Object.assign(this, { channelId: channel, threadTs: wanted.thread ?? "", tab, target: wanted.message ?? "" });
    this.canvasId = wanted.canvas ?? "";
    if (moved) Object.assign(this, { messages: [], pins: [], bookmarks: [], canvases: [] });
    this.replies = [];
    const { thread, message, canvas } = asked ? wanted : {};
    history.replaceState(null, "", this.address({ channel, thread, message, tab, canvas }));
    this.dispatchEvent(new CustomEvent("moved", { detail: { moved, wanted } }));
    await this.refresh();
  }

  /** Where the app's direct messages open: at what has been written, else at its Home. */
  #usualTab(channel) {
    if (!this.isApp(channel) || !this.homeTab) return "";
    return channel.unread > 0 || (channel.last_ts && !this.home) ? "messages" : "home";
  }

  #firstChannel() {
    const mine = this.channels.filter((each) => each.is_member && !each.is_archived);
    const last = localStorage.getItem(`channel-${this.as}`);
    return (mine.find((each) => each.id === last) ?? mine.find((each) => each.kind !== "im") ?? this.channels[0])?.id ?? "";
  }

  async #become(as) {
    this.#stop();
    this.as = as;
    this.channelId = "";
    Object.assign(this, { messages: [], replies: [], pins: [], bookmarks: [], canvases: [], view: null, home: null }); // another's
    this.#marks.clear();
    const state = await this.#fetchState();
    if (!state) return;
    localStorage.setItem("as", this.as);
    this.loaded = true;
    this.#stop = listen(this.as, {
      changed: (what) => {
        this.dispatchEvent(new CustomEvent("heard", { detail: what }));
        if (!what.length || what.some((each) => each !== "log")) this.refresh();
      },
      connected: (on) => {
        if (on) this.refresh(); // at the first time, too: something may have happened since the page was fetched
        this.connected = on;
        this.dispatchEvent(new Event("changed"));
      },
    });
  }

  async #fetchState() {
    const asked = this.as;
    let state = await get("state", { as: asked });
    if (this.as !== asked) return null; // somebody else was chosen meanwhile: this answer must not choose back
    if (!state.ok && !this.loaded && this.as !== FIRST) state = await get("state", { as: FIRST });
    if (!state.ok) {
      toast(state.error, { bad: true });
      return null;
    }
    this.as = state.me;
    for (const name of ["team", "people", "channels", "commands", "shortcuts", "waiting", "groups"])
      this[name] = state[name] ?? this[name];
    this.botId = state.bot;
    this.homeTab = Boolean(state.home_tab);
    this.view = state.view ?? null;
    this.home = state.home ?? null;
    return state;
  }

  // --- staying in step

  /** Fetch everything that is on show. Calls that come meanwhile are answered by one more round. */
  refresh() {
    if (this.#under) {
      this.#again = true;
      return this.#under;
    }
    this.#under = this.#round().finally(() => {
      this.#under = null;
      if (this.#again) {
        this.#again = false;
        this.refresh();
      }
    });
    return this.#under;
  }

  async #round() {
    const { as, channelId: channel, threadTs: thread } = this;
    const [state, page, replies] = await Promise.all([
      this.#fetchState(),
      channel ? get("messages", { as, channel, limit: SHOWN }) : null,
      channel && thread ? get("messages", { as, channel, thread }) : null,
    ]);
    if (!state || channel !== this.channelId || as !== this.as) return;
    if (page?.ok) Object.assign(this, { messages: page.messages ?? [], pins: page.pins ?? [], bookmarks: page.bookmarks ?? [] });
    if (page?.ok) this.canvases = page.canvases ?? [];
    if (thread === this.threadTs) this.replies = replies?.ok ? (replies.messages ?? []) : [];
    this.#markRead();
    this.dispatchEvent(new Event("changed"));
  }

  #markRead() {
    const channel = this.channel();
    if (!channel) return;
    if (!this.#marks.has(channel.id)) {
      const others = this.messages.filter((each) => !each.ephemeral);
      this.#marks.set(channel.id, channel.unread > 0 ? (others.at(-channel.unread)?.ts ?? others[0]?.ts ?? null) : null);
      localStorage.setItem(`channel-${this.as}`, channel.id);
    }
    if (channel.unread > 0 && document.visibilityState === "visible") {
      channel.unread = 0;
      post("read", { as: this.as, channel: channel.id });
    }
  }

  // --- acting

  /** Do something as this person; a refusal is shown and given back. `ms` in an answer means that the app was asked. */
  async act(path, body, { quiet = false } = {}) {
    this.actedAt = Date.now();
    const done = await post(path, { as: this.as, ...body });
    if (!done.ok && !quiet && done.error)
      toast(done.ms === undefined ? done.error : `The app did not take that (${done.error}).`, { bad: true });
    await this.refresh();
    return done;
  }

  /** Options of an external select for what has been typed. */
  async suggest(where, block_id, action_id, query) {
    return (await post("suggest", { as: this.as, ...where, block_id, action_id, query })).options ?? [];
  }

  /** The direct messages with the app, begun if need be. */
  async openApp() {
    const there = () => this.channels.find((each) => this.isApp(each));
    if (!there()) await this.act("home", {});
    return there();
  }
}

export const workspace = new Workspace();

/** Where a message or thread is: go there. */
export function visit(place) {
  const hash = workspace.address(place);
  if (location.hash === hash) workspace.go(hash);
  else location.hash = hash;
}
