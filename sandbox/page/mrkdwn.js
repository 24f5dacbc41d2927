/* Slack's own markup, mrkdwn, as DOM nodes. What people typed reaches the page as text nodes only. */

import { h, link, safeUrl } from "./dom.js";
import { emoji } from "./emoji.js";
import { describeDate } from "./dates.js";
import { workspace } from "./workspace.js";

const MARKS = { "*": "b", _: "i", "~": "s" };

/** `&amp; &lt; &gt;` are the only entities there are. */
export const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** A whole mrkdwn text: code blocks, quotes and lines of inline markup. */
export function mrkdwn(text, { verbatim = false } = {}) {
  const parts = [];
  const pieces = String(text ?? "").split(/```\n?([\s\S]*?)```\n?/);
  pieces.forEach((piece, index) => {
    if (index % 2)
      parts.push(h("pre", { class: "code-block", tabindex: 0 }, h("code", {}, ...codeText(piece.replace(/\n$/, "")))));
    else if (piece) parts.push(...quotesAndLines(piece, verbatim));
  });
  return parts;
}

function quotesAndLines(text, verbatim) {
  const parts = [];
  let quote = null;
  const lines = text.split("\n");
  lines.forEach((line, index) => {
    const quoted = /^(?:&gt;|>)(?!&gt;|>) ?(.*)$/.exec(line);
    if (quoted) {
      if (quote) quote.append(h("br"));
      else parts.push((quote = h("blockquote", {})));
      quote.append(...inline(quoted[1], verbatim));
      return;
    }
    if (quote && index === lines.length - 1 && !line) return;
    const last = index === lines.length - 1;
    quote = null;
    parts.push(...inline(line, verbatim));
    if (!last && !/^(?:&gt;|>)/.test(lines[index + 1])) parts.push(h("br"));
  });
  return parts;
}

/** The same as plain words, for places that show no markup. */
export const plainWords = (text) => h("span", {}, mrkdwn(text ?? "")).textContent;

/** One line of inline markup. */
function inline(text, verbatim = false) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(document.createTextNode(unescape(plain)));
    plain = "";
  };
  for (let at = 0; at < text.length;) {
    const found = match(text, at, verbatim);
    if (found) {
      flush();
      out.push(...found.nodes);
      at += found.length;
    } else plain += text[at++];
  }
  flush();
  return out;
}

function match(text, at, verbatim) {
  const letter = text[at];
  if (letter === "<") return bracket(text, at);
  if (letter === "`") return code(text, at);
  if (letter in MARKS) return marked(text, at, verbatim);
  if (letter === ":") return shortcode(text, at);
  if (letter === "h" && !verbatim) return bareLink(text, at);
  return null;
}

function bracket(text, at) {
  const found = /^<([^<>\n]+)>/.exec(text.slice(at));
  return found && { nodes: [reference(found[1])], length: found[0].length };
}

function code(text, at) {
  const found = /^`([^`\n]+)`/.exec(text.slice(at));
  return found && { nodes: [h("code", {}, ...codeText(found[1]))], length: found[0].length };
}

/** Inside code only references count: `<url|text>` shows its text. */
function codeText(text) {
  return text.split(/(<[^<>\n]+>)/).map((piece) => (/^<.+>$/.test(piece) ? reference(piece.slice(1, -1)) : unescape(piece)));
}

function marked(text, at, verbatim) {
  const mark = text[at];
  if (at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1])) return null;
  if (!text[at + 1] || /\s/.test(text[at + 1]) || text[at + 1] === mark) return null;
  for (let end = at + 2; end < text.length; end++) {
    if (text[end] === "<") end = Math.max(end, text.indexOf(">", end));
    else if (text[end] === mark && !/\s/.test(text[end - 1]) && !/[\p{L}\p{N}]/u.test(text[end + 1] ?? "")) {
      return { nodes: [h(MARKS[mark], {}, inline(text.slice(at + 1, end), verbatim))], length: end - at + 1 };
    }
  }
  return null;
}

function shortcode(text, at) {
  const found = /^:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/.exec(text.slice(at));
  if (!found || (at > 0 && /\d/.test(text[at - 1]) && /^\d+$/.test(found[1]))) return null;
  return { nodes: [emoji(found[1])], length: found[0].length };
}

function bareLink(text, at) {
  if (at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1])) return null;
  const found = /^https?:\/\/[^\s<>|*`]+/.exec(text.slice(at));
  if (!found) return null;
  const address = found[0].replace(/[.,;:!?)'"]+$/, "");
  return { nodes: [anchor(unescape(address), unescape(address))], length: address.length };
}

/** What stands between < and >: a person, a channel, a group, a date, a broadcast or a link. */
function reference(inside) {
  const [target, ...rest] = inside.split("|");
  const label = rest.length ? unescape(rest.join("|")) : "";
  if (target.startsWith("@")) return mention(target.slice(1), label);
  if (target.startsWith("#")) return channelLink(target.slice(1), label);
  if (target.startsWith("!")) return special(target.slice(1), label);
  return safeUrl(unescape(target))
    ? anchor(unescape(target), label || unescape(target))
    : document.createTextNode(`<${unescape(inside)}>`);
}

export function mention(id, label = "") {
  const person = workspace.person(id);
  const name = person ? person.real_name || person.name : label || id;
  return h("span", { class: id === workspace.as ? "mention me" : "mention", title: person ? `@${person.name}` : id }, `@${name}`);
}

export function channelLink(id, label = "") {
  const channel = workspace.channel(id);
  const name = channel?.name || label;
  if (!channel) return h("span", { class: "mention" }, name ? `#${name}` : "a private channel");
  return h("a", { class: "mention", href: workspace.address({ channel: id }) }, `#${name}`);
}

function special(inside, label) {
  const [kind, ...more] = inside.split("^");
  if (kind === "date") return date(more, label);
  if (kind === "subteam") return groupMention(more[0], label);
  if (["here", "channel", "everyone"].includes(kind)) return h("span", { class: "mention me" }, `@${kind}`);
  return document.createTextNode(label || `<${inside}>`);
}

/** A user group by its handle, marked when one is in it. */
export function groupMention(id, label = "") {
  const group = workspace.groups.find((each) => each.id === id);
  const mine = group?.users.includes(workspace.as);
  return h(
    "span",
    { class: mine ? "mention me" : "mention", title: group?.name },
    group ? `@${group.handle}` : label || `@${id ?? "group"}`,
  );
}

function date([seconds, format = "{date_num} {time}", address], fallback) {
  const text = describeDate(Number(seconds), format) ?? fallback;
  return address ? anchor(unescape(address), text) : h("time", { title: fullMoment(seconds) }, text);
}

const fullMoment = (seconds) => (Number.isFinite(Number(seconds)) ? new Date(seconds * 1000).toString() : "");

/** A link; one that leads to a message of this workspace stays in this page. */
export function anchor(address, label) {
  const here = workspace.localAddress(address);
  return here ? h("a", { href: here }, label) : link(address, label);
}
