/* rich_text blocks as DOM nodes. */

import { h } from "./dom.js";
import { describeDate } from "./dates.js";
import { emoji } from "./emoji.js";
import { anchor, channelLink, groupMention, mention } from "./mrkdwn.js";

/** The parts of one rich_text block. */
export const richText = (block) => (block.elements ?? []).map(part);

const PARTS = {
  rich_text_section: (each) => h("div", { class: "rich-section" }, inlines(each)),
  rich_text_quote: (each) => h("blockquote", {}, inlines(each)),
  rich_text_preformatted: (each) => h("pre", { class: "code-block", tabindex: 0 }, h("code", {}, inlines(each))),
  rich_text_list: (each) =>
    h(
      each.style === "ordered" ? "ol" : "ul",
      {
        class: `rich-list indent-${each.indent ?? 0}${each.border ? " bordered" : ""}`,
        start: each.offset ? each.offset + 1 : null,
      },
      (each.elements ?? []).map((item) => h("li", {}, inlines(item))),
    ),
};

const part = (each) => PARTS[each.type]?.(each);

const INLINES = {
  text: (each) => document.createTextNode(each.text),
  link: (each) => anchor(each.url, each.text || each.url),
  user: (each) => mention(each.user_id),
  channel: (each) => channelLink(each.channel_id),
  usergroup: (each) => groupMention(each.usergroup_id),
  team: (each) => h("span", { class: "mention" }, each.team_id),
  emoji: (each) => emoji(each.name),
  broadcast: (each) => h("span", { class: "mention me" }, `@${each.range}`),
  date: (each) => h("time", {}, describeDate(each.timestamp, each.format) ?? each.fallback),
  color: (each) => h("code", {}, each.value),
};

const STYLES = { bold: "b", italic: "i", strike: "s", code: "code", underline: "u" };

function inlines(container) {
  return (container.elements ?? []).map((each) => {
    const made = INLINES[each.type]?.(each);
    if (!made) return null;
    const styled = Object.keys(STYLES).filter((name) => each.style?.[name]);
    return styled.reduce((inner, name) => h(STYLES[name], {}, inner), made);
  });
}
