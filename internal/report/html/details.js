// The inside of a finding, made when it is first opened.

const FIRST_PLACES = 20; // how many are shown at first

function detailsOf(f) {
  return make("div", { class: "inside" },
    make("div", { class: "body" }, helpOf(f), contextOf(f), nextSteps(f)),
    make("div", { class: "side" }, factsOf(f), ignoring(f)),
    placesOf(f));
}

function helpOf(f) {
  const title = f.title === f.short ? "" : make("b", {}, f.title + ". ");
  const help = make("p", { class: "help" }, title, f.rule.help || "Revoke or rotate this secret where it was issued.");
  if (f.rule.url) help.append(" ", link(f.rule.url, "How to revoke it"));
  return help;
}

// contextOf shows the lines around, the finding's own marked.
function contextOf(f) {
  if (!f.context) return "";
  const lines = f.context.map((line) => {
    const own = line.n >= f.mark[0] && line.n <= f.mark[1];
    const text = make(own ? "mark" : "span", {}, line.t || " ");
    return make("span", { class: own ? "line own" : "line" }, make("span", { class: "n", "aria-hidden": "true" }, String(line.n)), text, "\n");
  });
  const name = `Lines around, of ${placeText(f.places[0])}`;
  return make("figure", { class: "context" }, make("figcaption", {}, placeText(f.places[0])),
    make("pre", { tabindex: "0", role: "region", "aria-label": name }, make("code", {}, ...lines)));
}

function placesOf(f) {
  const body = make("tbody", {}, ...f.places.slice(0, FIRST_PLACES).map(placeRow));
  const head = ["Place", "Commit", "Author", "Now"].map((name) => make("th", { scope: "col" }, name));
  const box = make("div", { class: "places" }, make("h4", {}, places(f.count)),
    make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {}, ...head)), body)));
  const note = f.more ? make("p", { class: "soft" }, `${places(f.more)} more are not in this page; the JSON report has all.`) : "";
  if (f.places.length > FIRST_PLACES) {
    const button = make("button", { type: "button", class: "quiet" }, `Show ${f.places.length - FIRST_PLACES} more`);
    button.addEventListener("click", () => {
      const first = f.places.length > FIRST_PLACES ? placeRow(f.places[FIRST_PLACES]) : undefined;
      body.append(first, ...f.places.slice(FIRST_PLACES + 1).map(placeRow));
      button.remove();
      first.tabIndex = -1;
      first.focus();
    });
    box.append(button);
  }
  box.append(note);
  return box;
}

function placeRow(place) {
  const commit = place.commit ? link(commitLink(place.commit), place.commit.slice(0, 12), { class: "id" }) : "";
  const [name, address] = splitPerson(page.people[place.author]);
  return make("tr", {},
    make("th", { scope: "row" }, link(fileLink(place), placeText(place), { class: "path" })),
    make("td", {}, commit, make("span", { class: "soft date" }, place.date ?? "")),
    make("td", {}, name, address ? make("span", { class: "soft mail" }, address) : ""),
    make("td", {}, nowOf(place)));
}

function splitPerson(person) {
  const at = person.lastIndexOf(" <");
  return at < 0 ? [person, undefined] : [person.slice(0, at), person.slice(at + 2, -1)];
}

// nowOf says where a place lives on: at HEAD, on which refs, or held by what.
function nowOf(place) {
  const parts = [];
  if (place.head) parts.push("at HEAD");
  else if (place.gone) parts.push(`left HEAD on ${place.gone}`);
  const refs = (place.refs ?? []).map((i) => page.refs[i]);
  const others = refs.length - 3 + (place.others ?? 0);
  if (refs.length) parts.push("on " + refs.slice(0, 3).join(", ") + (others > 0 ? ` and ${others} more` : ""));
  if (place.held) parts.push("held by " + place.held);
  return parts.join("; ");
}

function factsOf(f) {
  const list = make("dl", { class: "facts" });
  const add = (name, ...value) => list.append(make("div", {}, make("dt", {}, name), make("dd", {}, ...value)));
  add("Rule", make("code", {}, f.rule.id));
  add("Confidence", f.confidence);
  if (f.begin !== undefined) add("At HEAD", exposureText(f));
  if (f.removedIn) add("Removed in", link(commitLink(f.removedIn), f.removedIn.slice(0, 12), { class: "id" }));
  for (const [name, value] of f.facts ?? []) add(name, value);
  return list;
}

// exposureText says since when and how long HEAD had the secret. What lasts until today is counted here, so that the
// file itself is the same whenever it is made.
function exposureText(f) {
  const long = f.span === undefined ? "" : ` (${days(f.span)})`;
  if (f.state === "head") return `since ${f.first}, and still${long}`;
  if (f.end !== undefined) return `from ${f.first} to ${f.removed}${long}, and still in the history`;
  return f.state ? `never, or not known; first seen ${f.first}` : `since ${f.first}`;
}

function nextSteps(f) {
  const step = (text, ...more) => make("li", {}, text, ...more);
  const steps = [step("Rotate it where it was issued. Nothing else helps once others may have it.")];
  if (f.first) steps.push(step(`Look for its use since ${f.first} in the logs of whoever issued it.`));
  if (f.state) {
    steps.push(step("Then take it out of the history. This shows what would change:",
      command(`unleak remediate --finding ${f.id}`, "the command")));
  }
  return make("div", { class: "next" }, make("h4", {}, "What to do"), make("ol", {}, ...steps));
}

function ignoring(f) {
  return make("div", { class: "ignoring" }, make("h4", {}, "Fingerprint"), command(f.id, "the fingerprint"),
    make("h4", {}, "If it is no secret, this line in .unleakignore hides it"),
    command(`${f.id} # why it is none`, "the line for .unleakignore"));
}
