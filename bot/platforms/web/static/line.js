// Finds and changes options where they stand in a line. The line is the truth; the server reads it.

const NAMES = { ar: "size", n: "count", q: "quality" };
const INSIDE = "{0,2000}?";
const CLOSED = "(?![\\p{L}\\p{N}])";
const HIDDEN = `(?<=^|[\\s([{:=])(?:"(?!\\s)[^]${INSIDE}"|“[^]${INSIDE}”|„[^]${INSIDE}[“”]|«[^]${INSIDE}»|\`(?!\\s)[^\\n]${INSIDE}\`)${CLOSED}`;
const QUOTED = '"[^"]*"|“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»';
const FLAG = "(?<flag>(?:no-)?private)(?: *= *(?<says>[a-z]+)|[,;.]*(?!\\S))";
const NAMED = "(?<name>size|ar|quality|q|count|n|model|background)(?:(?: *= *| +)"
  + `(?<value>${QUOTED}|[0-9]{1,5} *[x×] *[0-9]{1,5}${CLOSED}|(?!--|[–—])\\S+)|(?!\\S))`;
const POINT = new RegExp(`${HIDDEN}|(?<!\\S)(?:--|––|—|–)(?:${FLAG}|${NAMED})`, "giu");
const NO = new Set(["no", "false", "off"]);

// Whether the line takes options: neither plain words to its end, nor another command.
export const takesOptions = (text) => !/^\s*(--\s|\/(?!(imagine|edit)(\s|$)))/i.test(text);

// Lists the options of a line: name, value ("yes" or "no" for private), and where they stand.
export function optionsOf(text) {
  if (!takesOptions(text)) return [];
  const found = [];
  for (const match of text.matchAll(POINT)) {
    const { name, value, flag, says } = match.groups;
    if (!name && !flag) continue;
    const place = { start: match.index, end: match.index + match[0].length };
    if (flag) found.push({ name: "private", value: /^no/i.test(flag) || NO.has(says?.toLowerCase()) ? "no" : "yes", ...place });
    else found.push({ name: NAMES[name.toLowerCase()] ?? name.toLowerCase(), value: plain(value ?? ""), ...place });
  }
  return found;
}

// Writes an option into a line, in place of what it said before; an empty value takes it out.
export function withOption(text, name, value) {
  const written = !value ? "" : name === "private" ? (value === "no" ? "--no-private" : "--private") : `--${name} ${value}`;
  const [first] = optionsOf(text).filter((option) => option.name === name);
  if (!first) return written ? `${text.trimEnd()} ${written}`.trimStart() : text;
  const before = text.slice(0, first.start);
  const after = text.slice(first.end);
  if (written) return before + written + after;
  return after.trim() ? before + after.trimStart() : before.trimEnd();
}

const plain = (value) =>
  value.replace(/^["“„«]|["”“»]$/g, "").replace(/[,;.]+$/, "").replace(/ *[×x] *(?=\d)/i, "x").toLowerCase();
