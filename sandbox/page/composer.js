/* Where people write: a growing field that completes /commands, @people, #channels and :emoji:. */

import { h, newId, replace, toast } from "./dom.js";
import { pickEmoji } from "./emoji-picker.js";
import { icon, iconButton, opens } from "./icons.js";
import { menu } from "./menus.js";
import { edit } from "./message-tools.js";
import { globalShortcuts, runShortcut, suggestions } from "./suggestions.js";
import { workspace } from "./workspace.js";

const TALLEST = 240; // pixels
const drafts = new Map();

/** A composer; `where()` gives `{channel, thread, placeholder}` each time it is needed. It says "sent" when it has sent. */
export class Composer {
  #where;
  #offered = [];
  #at = -1;
  #list;
  #hint;
  #send;

  constructor(where) {
    this.#where = where;
    const id = newId("completions");
    this.#list = h("ul", { id, class: "completions", role: "listbox", "aria-label": "Suggestions", hidden: true });
    this.#hint = h("div", { class: "usage", role: "status", hidden: true });
    this.#send = h(
      "button",
      { type: "button", class: "send", "aria-label": "Send", disabled: true, onClick: () => this.#submit() },
      icon("send"),
    );
    this.field = h("textarea", {
      id: newId("composer"),
      class: "composer-field",
      rows: 1,
      autocomplete: "off",
      enterkeyhint: "send",
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      "aria-controls": id,
    });
    const box = h("div", { class: "composer-box" }, this.field, this.#tools());
    this.node = h("form", { class: "composer", onSubmit: (event) => event.preventDefault() }, this.#list, this.#hint, box);
    this.field.addEventListener("input", () => this.#changed());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("blur", () => this.#offer([]));
    this.field.addEventListener("click", () => this.#complete());
  }

  #tools() {
    const shortcuts = (button) => menu(button, this.#shortcuts(), { label: "Shortcuts" });
    return h(
      "div",
      { class: "composer-tools" },
      iconButton("plus", "Shortcuts", shortcuts, opens("menu")),
      iconButton("smile", "Add an emoji", (button) => pickEmoji(button, (name) => this.#type(`:${name}: `)), opens("dialog")),
      iconButton("at", "Mention somebody", () => this.#type("@")),
      iconButton("slash", "Run a command", () => this.#type("/")),
      h("span", { class: "spring" }),
      this.#send,
    );
  }

  #shortcuts() {
    const found = globalShortcuts().map((each) => ({
      label: each.name,
      icon: "bolt",
      hint: workspace.bot?.real_name,
      run: () => runShortcut(each, this.#where()),
    }));
    return found.length ? [{ heading: "Shortcuts" }, ...found] : [{ label: "No shortcuts here", icon: "bolt", run: () => {} }];
  }

  /** Fit the composer to where it now is; each place keeps its own draft. */
  refresh() {
    const { channel, thread = "", placeholder } = this.#where();
    this.field.placeholder = placeholder;
    this.field.setAttribute("aria-label", placeholder);
    const place = `${workspace.as}/${channel}/${thread}`;
    if (this.node.dataset.place === place) return;
    this.node.dataset.place = place;
    this.field.value = drafts.get(place) ?? "";
    this.#changed();
    this.#offer([]);
  }

  /** Be ready for typing. A dialog that closes gives the focus back without a caret, so it is put there too. */
  focus() {
    this.field.blur();
    this.field.focus({ preventScroll: true });
    this.field.setSelectionRange(this.field.value.length, this.field.value.length);
  }

  /** Put a text into the field in place of what is there. */
  write(text) {
    this.field.value = "";
    this.#type(text);
  }

  #changed() {
    this.#send.disabled = !this.field.value.trim();
    drafts.set(this.node.dataset.place, this.field.value);
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST)}px`;
    this.#complete();
  }

  // --- suggestions

  #complete() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    this.#offer(suggestions(before, Boolean(this.#where().thread)));
    const command = workspace.commands.find((each) => before.startsWith(`${each.command} `) && !before.includes("\n"));
    this.#hint.hidden = !command?.usage_hint || this.#offered.length > 0;
    if (command) replace(this.#hint, h("b", {}, command.command), " ", command.usage_hint);
  }

  #offer(offered) {
    this.#offered = offered;
    this.#point(offered.length ? 0 : -1);
  }

  #point(at) {
    this.#at = at;
    const id = (index) => `${this.#list.id}-${index}`;
    const row = (each, index) =>
      h(
        "li",
        {
          id: id(index),
          role: "option",
          "aria-selected": String(index === at),
          class: "completion",
          onPointerdown: (event) => (event.preventDefault(), this.#take(each)),
        },
        each.picture,
        h("span", { class: "completion-label" }, each.label),
        h("span", { class: "quiet completion-about" }, each.about),
      );
    this.#list.hidden = !this.#offered.length;
    replace(this.#list, this.#offered.map(row));
    if (at < 0) return this.field.removeAttribute("aria-activedescendant");
    this.field.setAttribute("aria-activedescendant", id(at));
    this.#list.children[at].scrollIntoView({ block: "nearest" });
  }

  #take(each) {
    if (each.run) {
      this.field.value = "";
      this.#changed();
      return each.run(this.#where());
    }
    const caret = this.field.selectionStart;
    this.field.setRangeText(each.insert, caret - each.typed.length, caret, "end");
    this.field.focus();
    this.#changed();
  }

  // --- typing

  #type(text) {
    const { field } = this;
    field.focus();
    const before = field.value.slice(0, field.selectionStart);
    const apart = /^[@:]/.test(text) && before && !/\s$/.test(before) ? " " : "";
    field.setRangeText(apart + text, text === "/" ? 0 : field.selectionStart, field.selectionEnd, "end");
    this.#changed();
  }

  #key(event) {
    if (event.isComposing) return;
    const chosen = this.#offered[this.#at];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const handled =
      (chosen && step && this.#step(step)) ||
      (chosen &&
        !event.shiftKey &&
        (event.key === "Tab" || (event.key === "Enter" && !chosen.exact)) &&
        this.#done(() => this.#take(chosen))) ||
      (chosen && event.key === "Escape" && this.#done(() => this.#offer([]))) ||
      (event.key === "Enter" && !event.shiftKey && this.#done(() => this.#submit())) ||
      (event.key === "ArrowUp" && !this.field.value && this.#editLast());
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #done(run) {
    run();
    return true;
  }

  #step(by) {
    this.#point((this.#at + by + this.#offered.length) % this.#offered.length);
    return true;
  }

  #editLast() {
    const here = this.#where().thread ? workspace.replies : workspace.messages;
    const mine = here.findLast((each) => each.user === workspace.as && !each.ephemeral && !each.subtype);
    if (mine) edit(mine);
    return Boolean(mine);
  }

  async #submit() {
    const text = this.field.value.trim();
    const { channel, thread } = this.#where();
    const isCommand = /^\/[^\s/]/.test(text);
    if (!text) return;
    if (isCommand && thread) return toast(`${text.split(/\s/)[0]} is not supported in threads. Sorry!`, { bad: true });
    this.field.value = "";
    this.#changed();
    const done = await (isCommand
      ? workspace.act("command", { channel, text }, { quiet: true })
      : workspace.act("message", { channel, text, thread_ts: thread }));
    if (!done.ok && done.ms === undefined) this.#giveBack(text, isCommand ? done.error : "");
    this.node.dispatchEvent(new CustomEvent("sent"));
  }

  /** What could not be sent comes back into the field, unless something else has been typed meanwhile. */
  #giveBack(text, error) {
    if (error) toast(error, { bad: true });
    if (this.field.value) return;
    this.field.value = text;
    this.#changed();
  }
}
