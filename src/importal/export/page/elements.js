// Making elements. All text goes in as text: no markup is ever parsed from what a record holds.

/** Return the element of the page with that id. */
function byElementId(id) {
  return document.getElementById(id);
}

/** Make an element: attributes by name (`on...`: listeners, false and null: left out), then children, strings as text. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Return a path as text that may be broken after each separator. */
function breakable(text) {
  return text.split(/(?<=[\\/])/).flatMap((part) => [part, element("wbr")]);
}

/** Return a bar of parts [[name, value], ...], each as wide as its share of `whole` and coloured by its name. */
function phaseBar(parts, whole, label = null) {
  const bar = element("span", { class: "phases", role: label && "img", "aria-label": label, "aria-hidden": !label && "true" });
  for (const [name, value] of parts) {
    if (!value) continue;
    const part = element("span", { class: "phase", "data-colour": name, title: `${name}: ${time(value)}` });
    part.style.width = `${(100 * value) / (whole || 1)}%`;
    bar.append(part);
  }
  return bar;
}

/** Return the parts of a node's or a record's phases, in order, for `phaseBar`. */
function phaseParts(phases) {
  return PHASES.map((phase) => [phase, phases[phase] ?? 0]).filter(([, value]) => value > 0);
}

/** Return a button that opens a module. */
function moduleButton(node, text = node.module) {
  return element("button", { type: "button", class: "module", onclick: () => page.open(node), title: node.module }, text);
}

/** Say something to those who cannot see it. */
function speak(text) {
  byElementId("spoken").textContent = text;
}
