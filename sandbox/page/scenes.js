/* Ready-made scenes: who, where, and what was typed there. They come from the guide file; `#scene=name` lays one out. */

import { get } from "./api.js";
import { toast } from "./dom.js";
import { workspace } from "./workspace.js";

const PATIENCE = 10_000; // milliseconds for what a scene needs to come about

/** The scenes there are, by name. */
export async function scenes() {
  return (await get("guide")).scenes ?? {};
}

export const sceneAddress = (name) => `#scene=${encodeURIComponent(name)}`;

/**
 * Lay out the scene that is so named: `first` is done by somebody if nobody of the scene's is there yet or no channel, then
 * the page goes to `channel` as `as`, and `run` is typed there as a command. Only scenes of the guide file can do this,
 * never the address itself.
 */
export async function layOut(name) {
  const scene = (await scenes())[name];
  if (!scene) return toast(`There is no scene “${name}” here.`, { bad: true });
  const { as = "", channel = "", panel = "", width = "", theme = "" } = scene;
  if (scene.first && !(await exists(as, channel))) {
    await workspace.go(`#as=${scene.first.as ?? as}&channel=${scene.first.channel ?? ""}`);
    await workspace.act("command", { channel: workspace.channelId, text: scene.first.run });
    if (!(await comesAbout(as, channel))) return toast(`${channel} did not come about.`, { bad: true });
  }
  const place = (more) => `#${new URLSearchParams(Object.entries({ as, channel, panel, ...more }).filter(([, value]) => value))}`;
  await workspace.go(place());
  if (workspace.view) await workspace.act("close", { view_id: workspace.view.id, all: true }); // left over from before
  if (scene.run) await workspace.act("command", { channel: workspace.channelId, text: scene.run });
  if (width || theme) location.hash = place({ width, theme });
}

async function exists(as, channel) {
  if (as) await workspace.go(`#as=${as}`);
  if (as === "@unread" && !workspace.waitingOne()) return false;
  return channel === "@app" || Boolean(workspace.named(channel));
}

async function comesAbout(as, channel) {
  const until = Date.now() + PATIENCE;
  while (Date.now() < until) {
    if (await exists(as, channel)) return true;
    await new Promise((done) => setTimeout(done, 250));
  }
  return false;
}
