// The findings, as the file holds them, and what filters and lists need to know of them.

const DAY = 86400000;
const page = JSON.parse(document.getElementById("page").textContent);
const findings = JSON.parse(document.getElementById("findings").textContent);
const today = Math.floor(Date.now() / DAY);

const STATES = { head: "still at HEAD", gone: "gone from HEAD", elsewhere: "not at HEAD", loose: "unreachable" };
const SEVERITIES = ["critical", "high", "medium", "low"];
const CONFIDENCES = ["high", "medium", "low"];

// dayNumber turns 2021-03-04 into days since 1970.
function dayNumber(date) { return date ? Date.parse(date + "T00:00:00Z") / DAY : undefined; }

function days(n) { return n === 1 ? "1 day" : `${n.toLocaleString("en")} days`; }

function places(n) { return n === 1 ? "1 place" : `${n.toLocaleString("en")} places`; }

function placeText(place) {
  if (place.where) return place.where;
  return (place.path ?? "") + (place.line ? `:${place.line}` + (place.column ? `:${place.column}` : "") : "");
}

function commitLink(commit) { return page.commit && commit ? page.commit + commit : ""; }

function fileLink(place) {
  const path = place.uri ?? (place.path ?? "").split("/").map(encodeURIComponent).join("/");
  if (!page.file || !place.commit || !path || place.path === undefined) return "";
  return `${page.file}${place.commit}/${path}` + (place.line ? page.source + page.line + place.line : "");
}

function factOf(finding, name) {
  return (finding.facts ?? []).find(([key]) => key === name)?.[1];
}

// prepare adds to a finding what is asked of all of them again and again.
function prepare(finding, index) {
  finding.index = index;
  finding.rule = page.rules[finding.rule];
  finding.short = finding.title.split(": ")[0]; // what it is, without what it can do
  finding.begin = dayNumber(finding.first);
  finding.end = finding.state === "head" ? undefined : dayNumber(finding.removed);
  finding.count = finding.places.length + (finding.more ?? 0);
  finding.span = exposure(finding);
  finding.paths = finding.places.map((p) => p.path ?? "").join("\n").toLowerCase();
  finding.people = [...new Set(finding.places.map((p) => p.author))].map((i) => page.people[i]).join("\n").toLowerCase();
  finding.words = [
    finding.title, finding.rule.id, finding.id, finding.secret ?? "", finding.paths, finding.people,
    ...(finding.facts ?? []).map((fact) => fact.join(" ")),
    ...new Set(finding.places.flatMap((p) => [p.commit ?? "", p.where ?? "", ...(p.refs ?? []).map((i) => page.refs[i])])),
  ].join("\n").toLowerCase();
}

// exposure is how many days HEAD had the secret, until today where it still has it.
function exposure(finding) {
  const end = finding.state === "head" ? today : finding.end;
  return finding.begin === undefined || end === undefined || end < finding.begin ? undefined : end - finding.begin;
}

findings.forEach(prepare);
