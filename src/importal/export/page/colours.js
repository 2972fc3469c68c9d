// Which colour what has. The colours themselves are in page.css, once for light and once for dark.

const KINDS = ["standard library", "third party", "local", "extension", "built in", "namespace", "failed", "found", "unknown"];

/** The ways in which charts can be coloured: what to look at, and the groups there are, for the legend. */
function colourings(model) {
  const weights = new Map();
  for (const node of model.nodes) {
    const name = node.distribution ?? "none";
    weights.set(name, (weights.get(name) ?? 0) + node.self_time);
  }
  weights.delete("none");
  const largest = [...weights].sort((one, other) => other[1] - one[1]).slice(0, 7).map(([name]) => name);
  const place = new Map(largest.map((name, index) => [name, `series-${index + 1}`]));
  const distribution = (node) => place.get(node.distribution) ?? (node.distribution ? "series-8" : "unknown");
  const groups = largest.map((name) => [place.get(name), name]);
  if (weights.size > largest.length) groups.push(["series-8", "other distributions"]);
  const present = new Set(model.nodes.map((node) => node.kindGroup));
  const longest = new Set(model.nodes.map((node) => node.longest));
  return {
    kind: { of: (node) => node.kindGroup, groups: KINDS.filter((kind) => present.has(kind)).map((kind) => [kind, kind]) },
    phase: { of: (node) => node.longest, groups: PHASES.filter((phase) => longest.has(phase)).map((phase) => [phase, phase]) },
    distribution: { of: distribution, groups: [...groups, ["unknown", "no distribution"]] },
  };
}

/** Resolve names of colours for a canvas; `forget` when the theme changes. */
const palette = {
  known: new Map(),
  get(name) {
    if (!this.known.has(name)) {
      const probe = element("span", { "data-colour": name, class: "probe" });
      document.body.append(probe);
      const style = getComputedStyle(probe);
      this.known.set(name, { fill: style.backgroundColor, text: style.color });
      probe.remove();
    }
    return this.known.get(name);
  },
  forget() {
    this.known.clear();
  },
};

function legend(groups) {
  return element(
    "ul",
    { class: "legend", "aria-label": "Colours" },
    groups.map(([colour, name]) => element("li", {}, element("span", { class: "swatch", "data-colour": colour }), name)),
  );
}
