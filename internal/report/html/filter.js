// Filters: what the controls say, the part of the address after #, and which findings fit are kept the same.

const form = document.getElementById("filters");
const LISTS = ["severity", "state", "confidence"]; // sets of check boxes
const FIELDS = ["q", "rule", "path", "author", "fact", "sort"]; // one value each

// fillControls puts in the filters what there is to choose from, with how many findings have it.
function fillControls() {
  boxes("severity", SEVERITIES, (value) => value);
  boxes("state", Object.keys(STATES), (value) => STATES[value]);
  boxes("confidence", CONFIDENCES, (value) => value);
  const rules = new Map();
  for (const f of findings) rules.set(f.rule.id, (rules.get(f.rule.id) ?? 0) + 1);
  for (const [id, n] of [...rules].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) {
    form.elements.rule.append(make("option", { value: id }, `${id} (${n.toLocaleString("en")})`));
  }
  const known = page.people.slice(1, 501); // a longer list is no help
  document.getElementById("authors").append(...known.sort().map((name) => make("option", { value: name })));
  const facts = ["expired", "encrypted"].some((name) => findings.some((f) => factOf(f, name) === "true"));
  document.getElementById("fact-field").hidden = !facts;
  form.hidden = false;
}

// boxes makes a check box for each value that some finding has; with one value there is nothing to choose.
function boxes(name, values, label) {
  const set = form.querySelector(`fieldset[data-name="${name}"]`);
  const present = values.filter((value) => findings.some((f) => f[name] === value));
  set.hidden = present.length < 2;
  for (const value of present) {
    const n = findings.reduce((sum, f) => sum + (f[name] === value), 0).toLocaleString("en");
    const box = make("input", { type: "checkbox", name, value });
    set.append(make("label", { class: "box" }, box, make("span", { class: `name ${value}` }, label(value)), make("span", { class: "n" }, n)));
  }
}

// readControls returns what is chosen: only what is not the default.
function readControls() {
  const chosen = {};
  for (const name of LISTS) {
    const values = [...form.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => box.value);
    if (values.length) chosen[name] = values;
  }
  for (const name of FIELDS) {
    const value = form.elements[name].value.trim();
    if (value) chosen[name] = value;
  }
  return chosen;
}

// readAddress returns what the part after # says, in the same form. What is unknown there is left out.
function readAddress() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const chosen = {};
  for (const name of LISTS) {
    const values = (parameters.get(name) ?? "").split(",").filter(Boolean);
    if (values.length) chosen[name] = values;
  }
  for (const name of FIELDS) if (parameters.get(name)) chosen[name] = parameters.get(name);
  return chosen;
}

function writeControls(chosen) {
  for (const name of LISTS) {
    for (const box of form.querySelectorAll(`input[name="${name}"]`)) box.checked = (chosen[name] ?? []).includes(box.value);
  }
  for (const name of FIELDS) {
    form.elements[name].value = chosen[name] ?? "";
    if (form.elements[name].selectedIndex === -1) form.elements[name].value = "";
  }
}

function writeAddress(chosen) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(chosen)) parameters.set(name, Array.isArray(value) ? value.join(",") : value);
  const hash = parameters.toString().replaceAll("%2C", ",");
  if (location.hash.slice(1) !== hash) history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
}

// select returns the findings that fit what is chosen, in the order that is.
function select(chosen) {
  const words = (chosen.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const path = (chosen.path ?? "").toLowerCase();
  const author = (chosen.author ?? "").toLowerCase();
  const fits = (f) =>
    LISTS.every((name) => !chosen[name] || chosen[name].includes(f[name])) &&
    (!chosen.rule || f.rule.id === chosen.rule) &&
    f.paths.includes(path) && f.people.includes(author) &&
    (!chosen.fact || fitsFact(f, chosen.fact)) &&
    words.every((word) => f.words.includes(word));
  const order = ORDERS[chosen.sort];
  const selected = findings.filter(fits);
  return order ? selected.sort((a, b) => order(a, b) || a.index - b.index) : selected;
}

function fitsFact(f, fact) {
  if (fact === "live") return factOf(f, "expired") !== "true" && factOf(f, "encrypted") !== "true";
  return factOf(f, fact) === "true";
}

// What has no date comes last.
const ORDERS = {
  newest: (a, b) => (b.begin ?? -Infinity) - (a.begin ?? -Infinity) || 0,
  oldest: (a, b) => (a.begin ?? Infinity) - (b.begin ?? Infinity) || 0,
  longest: (a, b) => (b.span ?? -1) - (a.span ?? -1),
  places: (a, b) => b.count - a.count,
  path: (a, b) => (a.paths < b.paths ? -1 : a.paths > b.paths ? 1 : 0),
};
