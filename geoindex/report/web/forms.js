// @ts-check
"use strict";

const LONGEST_NAME = 200;

/**
 * Buttons of which one is chosen.
 * @param {string} label @param {[string, string][]} choices value and text of each
 * @param {string} chosen @param {(value: string) => void} choose
 */
function choiceButtons(label, choices, chosen, choose) {
  return make("div", { class: "seg small", role: "radiogroup", "aria-label": label },
    ...choices.map(([value, text]) => make("button", { id: `choice-${label}-${value}`.replaceAll(" ", "-"), role: "radio", tabIndex: value === chosen ? 0 : -1, "aria-checked": String(value === chosen), onclick: () => choose(value) }, text)));
}

/**
 * Choice among the other classes.
 * @param {string} id @param {string} none text for none of them @param {number | undefined} chosen
 * @param {(index: number) => boolean} fits @param {(index: number | null) => void} choose
 */
function classChoice(id, none, chosen, fits, choose) {
  const indices = FACTS.colors.map((_color, index) => index).filter(fits);
  indices.sort((one, other) => editor.label(one).localeCompare(editor.label(other)) || one - other);
  const select = make("select", { id }, make("option", { value: "" }, none), ...indices.map((index) => make("option", { value: String(index), selected: index === chosen }, `${editor.label(index)} (${index})`)));
  select.addEventListener("change", () => choose(select.value === "" ? null : Number(select.value)));
  return select;
}

/** @param {number} index @param {() => void} done */
function nameField(index, done) {
  const field = make("input", { id: `name-${index}`, value: editor.name(index), autocomplete: "off", spellcheck: false, maxLength: LONGEST_NAME });
  const take = () => field.value !== editor.name(index) && amend(`Renamed to ${seen(field.value)}`, (edits) => {
    if (field.value === FACTS.names[index]) delete edits.names[index];
    else edits.names[index] = field.value;
  });
  field.addEventListener("change", take);
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // or it presses the row, which has the focus then
    take();
    done();
  });
  return field;
}

/** @param {number} index */
function colorField(index) {
  const field = make("input", { id: `color-${index}`, type: "color", value: hexColor(editor.color(index)) });
  field.addEventListener("change", () => amend(`${editor.label(index)} is shown in another color`, (edits) => {
    if (field.value === hexColor(FACTS.shown[index])) delete edits.show[index];
    else edits.show[index] = field.value;
  }));
  return field;
}

/** @param {number} index */
function mergeField(index) {
  return classChoice(`merge-${index}`, "Keep apart", editor.now.merge[index], (other) => other !== index && editor.root(other) !== index, (target) => {
    const text = target === null ? `${editor.label(index)} is a class of its own` : `${editor.label(index)} is part of ${editor.label(target)} now`;
    amend(text, (edits) => {
      if (target === null) delete edits.merge[index];
      else edits.merge[index] = target;
    });
  });
}

/** @param {number} index */
function hatchField(index) {
  const pair = editor.now.hatch.find(([one, , target]) => one === index && target === index);
  return classChoice(`hatch-${index}`, "No hatching", pair?.[1], (other) => other !== index, (other) => {
    const text = other === null ? "Hatching removed" : `${editor.label(index)} is hatched with ${editor.label(other)}`;
    amend(text, (edits) => {
      edits.hatch = edits.hatch.filter(([one, , target]) => one !== index || target !== index);
      if (other !== null) edits.hatch.push([index, other, index]);
    });
  });
}

/** Form to change a class. @param {number} index @param {() => void} done */
function editForm(index, done) {
  const roles = { unit: "a unit", ink: "ink", paper: "paper" };
  const role = choiceButtons("Role", [["unit", "Unit"], ["ink", "Ink"], ["paper", "Paper"]], editor.role(index), (value) => amend(`${editor.label(index)} is ${roles[/** @type {"unit" | "ink" | "paper"} */ (value)]} now`, (edits) => {
    if (value === FACTS.roles[index]) delete edits.roles[index];
    else edits.roles[index] = value;
  }));
  const reset = () => amend(`${editor.label(index)} is as it was`, (edits) => {
    for (const kind of [edits.names, edits.roles, edits.merge, edits.show]) delete kind[index];
    edits.hatch = [...edits.hatch.filter((hatch) => hatch[2] !== index), ...(FACTS.clean?.hatch ?? []).filter((hatch) => hatch[2] === index)];
  });
  return make("div", { class: "edit" },
    make("label", { for: `name-${index}` }, "Name"), nameField(index, done),
    make("span", { class: "lab" }, "Role"), role,
    make("label", { for: `merge-${index}` }, "Merge into"), mergeField(index),
    make("label", { for: `color-${index}` }, "Color shown"), make("span", { class: "colors" }, colorField(index), make("small", { title: "Pixels are compared with this color, which stays" }, `map ${FACTS.colors[index].join(" ")}`)),
    make("label", { for: `hatch-${index}` }, "Hatched with"), hatchField(index),
    make("div", { class: "foot" }, make("button", { class: "text", onclick: reset }, "Reset"), make("button", { class: "plain", onclick: done }, "Done")));
}
