/* The Markdown of `markdown` blocks, canvases and .md files, as DOM nodes: headings, lists, tables, quotes, code, links. */

import { h } from "./dom.js";
import { anchor } from "./mrkdwn.js";
import { emoji } from "./emoji.js";

/** A whole Markdown text. */
export function markdown(text) {
  const lines = String(text ?? "")
    .replaceAll("\r\n", "\n")
    .split("\n");
  const out = [];
  for (let at = 0; at < lines.length;) {
    const reader = READERS.find(([begins]) => begins.test(lines[at]));
    at = reader ? reader[1](lines, at, out) : paragraph(lines, at, out);
  }
  return out;
}

const FENCE = /^\s*(```|~~~)/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^\s*>\s?/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const TABLE = /^\s*\|.*\|\s*$/;
const COMMENT = /^\s*<!--/;

const READERS = [
  [/^\s*$/, (lines, at) => at + 1],
  [COMMENT, comment],
  [FENCE, fence],
  [HEADING, heading],
  [RULE, (lines, at, out) => (out.push(h("hr")), at + 1)],
  [QUOTE, quote],
  [ITEM, list],
  [TABLE, table],
];

function comment(lines, at) {
  while (at < lines.length && !lines[at].includes("-->")) at++;
  return at + 1;
}

function fence(lines, at, out) {
  const mark = FENCE.exec(lines[at])[1];
  const body = [];
  for (at++; at < lines.length && !lines[at].trimStart().startsWith(mark); at++) body.push(lines[at]);
  out.push(h("pre", { class: "code-block", tabindex: 0 }, h("code", {}, body.join("\n"))));
  return at + 1;
}

function heading(lines, at, out) {
  const [, marks, title] = HEADING.exec(lines[at]);
  out.push(h(`h${Math.min(6, marks.length + 2)}`, { class: `md-h${marks.length}` }, inline(title)));
  return at + 1;
}

function quote(lines, at, out) {
  const body = [];
  while (at < lines.length && QUOTE.test(lines[at])) body.push(lines[at++].replace(QUOTE, ""));
  out.push(h("blockquote", {}, markdown(body.join("\n"))));
  return at;
}

function list(lines, at, out) {
  const [, indent, mark] = ITEM.exec(lines[at]);
  const ordered = /\d/.test(mark);
  const host = h(ordered ? "ol" : "ul", ordered ? { start: parseInt(mark, 10) } : {});
  while (at < lines.length) {
    const found = ITEM.exec(lines[at]);
    if (!found || found[1].length < indent.length) break;
    const body = [found[3]];
    for (at++; at < lines.length && belongs(lines[at], indent.length); at++) body.push(lines[at].slice(indent.length + 2));
    host.append(item(body));
  }
  out.push(host);
  return at;
}

const belongs = (line, indent) => line.trim() && line.search(/\S/) >= indent + 2;

function item([first, ...rest]) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(first);
  const box =
    task &&
    h("input", { type: "checkbox", checked: task[1] !== " ", disabled: true, "aria-label": task[1] === " " ? "to do" : "done" });
  return h(
    "li",
    { class: task ? "task" : null },
    box,
    inline(task ? task[2] : first),
    rest.length ? markdown(rest.join("\n")) : null,
  );
}

function table(lines, at, out) {
  const rows = [];
  while (at < lines.length && TABLE.test(lines[at])) rows.push(cells(lines[at++]));
  const headed = rows[1]?.every((cell) => /^:?-+:?$/.test(cell));
  const body = headed ? rows.slice(2) : rows;
  out.push(
    h(
      "div",
      { class: "table-scroll", tabindex: 0, role: "group", "aria-label": "Table" },
      h(
        "table",
        {},
        headed &&
          rows[0].some(Boolean) &&
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              rows[0].map((cell) => h("th", { scope: "col" }, inline(cell))),
            ),
          ),
        h(
          "tbody",
          {},
          body.map((row) =>
            h(
              "tr",
              {},
              row.map((cell) => h("td", {}, inline(cell))),
            ),
          ),
        ),
      ),
    ),
  );
  return at;
}

const cells = (line) =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

function paragraph(lines, at, out) {
  const body = [];
  while (at < lines.length && lines[at].trim() && !READERS.some(([begins]) => begins.test(lines[at]))) body.push(lines[at++]);
  out.push(
    h(
      "p",
      {},
      body.flatMap((line, index) => [index ? h("br") : null, ...inline(line)]),
    ),
  );
  return at;
}

const INLINE = [
  [/^\\([!-/:-@[-`{-~])/, (found) => found[1]],
  [/^``?`?([^`]+)``?`?/, (found) => h("code", {}, found[1].trim())],
  [/^!\[\]\(([@#][A-Z0-9]+)\)/, (found) => h("span", { class: "mention" }, found[1])],
  [/^!\[([^\]]*)\]\(([^)\s]+)[^)]*\)/, (found) => anchor(found[2], found[1] || found[2])],
  [/^\[((?:[^\][]|\[[^\]]*\])+)\]\(<?([^)\s>]+)>?[^)]*\)/, (found) => linked(found[2], found[1])],
  [/^<(https?:\/\/[^>\s]+|mailto:[^>\s]+)>/, (found) => anchor(found[1], found[1])],
  [/^(\*\*|__)(?=\S)([\s\S]*?\S)\1/, (found) => h("b", {}, inline(found[2]))],
  [/^~~(?=\S)([\s\S]*?\S)~~/, (found) => h("s", {}, inline(found[1]))],
  [/^([*_])(?=[^\s*_])([\s\S]*?[^\s*_])\1(?![\p{L}\p{N}])/u, (found) => h("i", {}, inline(found[2]))],
  [/^:([a-z0-9_+-]+):/, (found) => emoji(found[1])],
  [/^https?:\/\/[^\s<>)\]]+[^\s<>)\].,;:!?]/, (found) => anchor(found[0], found[0])],
];

function linked(address, label) {
  const node = anchor(address, "");
  node.append(...inline(label).map((part) => (part instanceof Node ? part : document.createTextNode(part))));
  return node;
}

/** Inline Markdown of one line. */
function inline(text) {
  const out = [];
  let plain = "";
  for (let at = 0; at < text.length;) {
    const inWord = at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1]) && /[_:h]/.test(text[at]);
    const hit = inWord || !/[\\`![<*_~:h]/.test(text[at]) ? null : matchOne(text.slice(at));
    if (hit) {
      if (plain) out.push(plain);
      plain = "";
      out.push(hit.node);
      at += hit.length;
    } else plain += text[at++];
  }
  if (plain) out.push(plain);
  return out;
}

function matchOne(rest) {
  for (const [pattern, build] of INLINE) {
    const found = pattern.exec(rest);
    if (found) return { node: build(found), length: found[0].length };
  }
  return null;
}
