// @ts-check
"use strict";

/** Shell that the commands are written for. */
let shell = /win/i.test(navigator.platform) ? "powershell" : "sh";

/** Whether a drag on the map draws the box around the legend. */
let isBoxing = false;

/** The changes as texts: kind, class, and what it is now. @returns {[string, number, string][]} */
function listedChanges() {
  const { names, roles, merge, show } = editor.now;
  const { added, removed } = editor.hatchChanges();
  const of = (/** @type {Record<string, any>} */ kind, /** @type {string} */ word, /** @type {(value: any, index: number) => string} */ text) => Object.entries(kind).map(([index, value]) => /** @type {[string, number, string]} */ ([word, Number(index), text(value, Number(index))]));
  return [
    ...of(names, "Name", (name) => seen(name) || "no name"),
    ...of(roles, "Role", (role) => role),
    ...of(merge, "Merge", (_target, index) => `part of ${editor.label(editor.root(index))}`),
    ...of(show, "Color", (color) => color),
    ...added.map(([one, other]) => /** @type {[string, number, string]} */ (["Hatching", one, `hatched with ${editor.label(other)}`])),
    ...removed.map(([one]) => /** @type {[string, number, string]} */ (["Hatching", one, "not hatched"])),
  ];
}

/** A command with its copy button. @param {string} id @param {string[]} words */
function commandBox(id, words) {
  const quotedWords = words.map((one) => quoted(one, shell));
  const text = quotedWords.join(" ");
  const copy = async () => toast((await copyText(text)) ? "Command copied" : "Select the command and copy it");
  const code = make("code", {}, ...quotedWords.flatMap((one) => [make("span", { class: one.length < 34 ? "whole" : "" }, seen(one)), " "]));
  return make("div", { class: "cmd" }, make("pre", { tabIndex: 0, id, "aria-label": "Command", "data-command": text }, code), make("button", { id: `copy-${id}`, class: "plain", onclick: copy }, icon("copy"), "Copy"));
}

/** @param {(index: number) => void} edit */
function changesList(edit) {
  const changes = listedChanges();
  const was = (/** @type {string} */ word, /** @type {number} */ index) => (word === "Name" ? seen(FACTS.names[index]) || `Class ${index}` : editor.label(index));
  const items = changes.map(([word, index, text]) => make("li", {}, make("span", { class: "chip" }, word), make("span", {}, make("bdi", {}, was(word, index)), " → ", make("b", {}, make("bdi", {}, text))), make("button", { class: "text", "aria-label": `Edit ${editor.label(index)}`, onclick: () => edit(index) }, "Edit")));
  const needsRun = Object.keys(editor.now.roles).length > 0 || editor.hatchChanges().added.length + editor.hatchChanges().removed.length > 0;
  return section(changes.length ? `${changes.length} ${changes.length === 1 ? "change" : "changes"}` : "No changes yet",
    changes.length ? make("ul", { class: "did" }, ...items) : make("p", { class: "muted" }, "Names, roles, merges and colors are edited in the legend: press the pencil of a class, or E on its row."),
    needsRun ? warningBox("Roles and hatchings take effect when the map is converted again: the command does it, this page cannot show it.") : null);
}

/** @param {string} number @param {string} title @param {...any} children */
function stepSection(number, title, ...children) {
  return make("section", {}, make("h2", {}, make("em", { class: "stepno" }, number), title), ...children);
}

/** @param {() => void} redraw */
function legendBoxSection(redraw) {
  const box = editor.now.box;
  const toggle = () => {
    isBoxing = !isBoxing;
    redraw();
  };
  const text = isBoxing ? "Drag on the map …" : box ? "Draw another box" : "Draw a box";
  return section("Printed legend",
    make("p", { class: "muted" }, "If the sheet shows its legend, draw a box around it: this command reads colors and names of the swatches."),
    make("button", { id: "draw-box", class: "plain", "aria-pressed": String(isBoxing), onclick: toggle }, icon("box"), text),
    box && commandBox("legend-command", legendWords(box)),
    box && make("button", { class: "text", onclick: () => amend("Box removed", (edits) => { edits.box = null; }) }, "Remove the box"));
}

/** Draw the tab with the changes, the download and the command. @param {{edit: (index: number) => void}} actions */
function drawFinish(actions) {
  const focused = document.activeElement?.id;
  const redraw = () => drawFinish(actions);
  $("map").classList.toggle("boxing", isBoxing);
  const save = () => {
    download(LEGEND_FILE, legendCsv());
    toast(`${LEGEND_FILE} is in your downloads`);
  };
  const shells = choiceButtons("Shell", [["sh", "Linux, macOS"], ["powershell", "PowerShell"]], shell, (value) => {
    shell = value;
    redraw();
  });
  const kept = editor.isKept ? "Your changes stay in this browser when you close the page." : `This browser keeps nothing for files: download ${LEGEND_FILE} before you close the page.`;
  $("pane-finish").replaceChildren(
    changesList(actions.edit),
    stepSection("1", "Save the legend", make("p", { class: "muted" }, `The palette with names, roles, merges and colors. Put it into the folder in which you run the command.`), make("button", { id: "save-legend", class: "primary", onclick: save }, icon("down"), `Download ${LEGEND_FILE}`)),
    stepSection("2", "Make the corrected grid", shells, commandBox("command", commandWords()), FACTS.isWhole ? null : warningBox("The grid was made with several colors for some classes (--merge, --units or a column merge), and this file knows one of each: add the others to the legend, or the same options to the command.")),
    ...(FACTS.offset ? [legendBoxSection(redraw)] : []),
    make("p", { class: "muted small" }, kept));
  if (focused) $(focused)?.focus?.();
}
