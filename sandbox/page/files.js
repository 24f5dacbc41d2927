/* Files in messages: a card that opens text and Markdown here, and links to the file itself. */

import { h, link, safeUrl, toast } from "./dom.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { dialog } from "./menus.js";
import { workspace } from "./workspace.js";

const READABLE = /^(text\/|application\/(json|x-yaml|yaml))/;

/** A card for one file object. */
export function fileCard(file) {
  if (file.mode === "tombstone" || file.deleted) return h("div", { class: "file gone" }, icon("file"), "This file was deleted.");
  const address = file.url ?? file.url_private;
  const name = file.title || file.name || file.id;
  const about = [file.pretty_type || file.filetype, size(file.size)].filter(Boolean).join(" · ");
  const words = h("span", { class: "file-words" }, h("span", { class: "file-name" }, name), h("span", { class: "quiet" }, about));
  if ((file.mimetype ?? "").startsWith("image/") && safeUrl(address))
    return h(
      "a",
      { href: safeUrl(address), target: "_blank", rel: "noopener" },
      h("img", { class: "block-picture", src: safeUrl(address), alt: name }),
    );
  const readable = READABLE.test(file.mimetype ?? "") || ["markdown", "text", "json"].includes(file.filetype);
  const opener = readable
    ? h(
        "button",
        { type: "button", class: "file-open", "data-focus": `file-${file.id}`, onClick: () => read(file, address, name) },
        icon("file"),
        words,
      )
    : link(address, [icon("file"), words], { class: "file-open" });
  return h(
    "div",
    { class: "file" },
    opener,
    link(address, [h("span", { class: "sr" }, `Download ${name}`), icon("download")], {
      class: "icon-button",
      title: "Download",
      download: file.name,
    }),
  );
}

async function read(file, address, name) {
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(String(response.status));
    const content = await response.text();
    workspace.dispatchEvent(new Event("changed")); // a guide may be waiting for somebody to read it
    const asMarkdown = file.filetype === "markdown" || /\.md$/.test(file.name ?? "");
    dialog(
      name,
      asMarkdown
        ? h("div", { class: "markdown document" }, markdown(content))
        : h("pre", { class: "code-block" }, h("code", {}, content)),
      { wide: true },
    );
  } catch {
    toast("The file could not be read.", { bad: true });
  }
}

const size = (bytes) =>
  !bytes
    ? ""
    : bytes < 1024
      ? `${bytes} bytes`
      : bytes < 1_048_576
        ? `${Math.round(bytes / 1024)} kB`
        : `${(bytes / 1_048_576).toFixed(1)} MB`;
