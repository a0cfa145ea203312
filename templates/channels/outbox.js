"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const make = (tag, name, words) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (words !== undefined && words !== null) node.textContent = words;
    return node;
  };
  const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1).replace(/-/g, " ");
  const hue = (word) => Array.from(word).reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) % 360, 47);
  const messages = new Map(data.messages.map((one) => [one.id, one]));
  const items = data.items;
  const state = { channel: "", message: "", family: "", words: "", chosen: null, narrow: false };

  items.forEach((one) => {
    const message = messages.get(one.message) || {};
    one.about = one.title || message.title || "";
    one.key = one.channel + "/" + one.item;
    one.haystack = [one.family, one.address, one.about, one.text, one.channel, message.title].join(" ").toLocaleLowerCase();
  });

  $("school").textContent = data.school;
  $("trial").hidden = !items.some((one) => one.trial);

  function options(select, first, values) {
    select.replaceChildren(new Option(first, ""), ...values.map(([value, label]) => new Option(label, value)));
  }
  const kinds = [...new Set(items.map((one) => one.channel))];
  options($("message"), "All messages", data.messages.map((one) => [one.id, one.kind ? one.title + " (" + one.kind + ")" : one.title]));
  const families = [...new Set(items.filter((one) => !one.whole && !one.public && one.family).map((one) => one.family))];
  options($("family"), "All families", families.sort((a, b) => a.localeCompare(b)).map((one) => [one, one]));

  function fits(one, without) {
    if (without !== "channel" && state.channel && one.channel !== state.channel) return false;
    if (state.message && one.message !== state.message) return false;
    if (state.family && one.family !== state.family) return false;
    return state.words.split(/\s+/).every((word) => one.haystack.includes(word));
  }

  function chips() {
    const total = (name) => items.filter((one) => fits(one, "channel") && (!name || one.channel === name)).length;
    $("channels").replaceChildren(...["", ...kinds].map((name) => {
      const chip = make("button", "chip", name ? capital(name) : "All");
      chip.type = "button";
      chip.append(make("small", "", total(name)));
      chip.setAttribute("aria-pressed", String(state.channel === name));
      chip.onclick = () => { state.channel = name; show(); };
      return chip;
    }));
  }

  function row(one) {
    const node = make("button", one.whole ? "row whole" : "row");
    node.type = "button";
    node.dataset.key = one.key;
    const line = make("span", "line");
    const who = make("span", "for", one.family || one.address || "Everybody");
    who.dir = "auto";
    const tag = make("span", "tag", capital(one.channel));
    tag.style.setProperty("--hue", hue(one.channel));
    line.append(who, tag);
    const what = make("span", "what", one.about);
    what.dir = "auto";
    const start = make("span", "start", one.text || one.address);
    start.dir = one.text ? "auto" : "ltr";
    node.append(line, what, start);
    node.onclick = () => open(one, true);
    return node;
  }

  let shown = [];
  function show() {
    shown = items.filter((one) => fits(one));
    chips();
    $("list").replaceChildren(...(shown.length ? shown.map(row) : [make("p", "empty", items.length ? "Nothing fits this search." : "Nothing has been written yet.")]));
    $("count").textContent = shown.length === items.length ? items.length + " items" : shown.length + " of " + items.length + " items";
    mark();
  }

  function mark() {
    document.querySelectorAll(".row").forEach((node) => {
      node.setAttribute("aria-current", String(state.chosen !== null && node.dataset.key === state.chosen.key));
    });
  }

  function fact(list, name, value) {
    if (!value) return;
    const told = make("dd", "", "");
    if (value instanceof Node) told.append(value); else { const bdi = make("bdi", "", value); told.append(bdi); }
    list.append(make("dt", "", name), told);
  }

  function tool(label, action, pressed) {
    const node = make("button", "tool", label);
    node.type = "button";
    node.onclick = action;
    if (pressed !== undefined) node.setAttribute("aria-pressed", String(pressed));
    return node;
  }

  function head(one) {
    const box = make("header", "head");
    const title = make("h2", "", one.about || capital(one.channel));
    title.dir = "auto";
    const facts = make("dl", "facts");
    const message = messages.get(one.message);
    fact(facts, "For", one.family);
    fact(facts, "To", one.address);
    if (message && message.title !== one.about) fact(facts, "Message", message.title);
    if (one.attachments.length) {
      const clips = make("span");
      one.attachments.forEach((name) => clips.append(make("span", "clip", name)));
      fact(facts, "Attached", clips);
    }
    const tools = make("div", "tools");
    const back = tool("‹ All items", () => { close(); });
    back.classList.add("back");
    tools.append(back);
    if (one.page && !one.page.endsWith(".pdf")) {
      const wide = tool("Computer", () => { state.narrow = false; view(); }, !state.narrow);
      const narrow = tool("Phone", () => { state.narrow = true; view(); }, state.narrow);
      wide.classList.add("width");
      narrow.classList.add("width");
      tools.append(wide, narrow);
    }
    tools.append(make("span", "gap"));
    if (one.family && !one.whole && !one.public) {
      tools.append(tool("All for this family", () => {
        Object.assign(state, { family: one.family, channel: "", message: "", words: "" });
        $("family").value = one.family;
        $("message").value = "";
        $("search").value = "";
        close();
        show();
      }));
    }
    if (one.file) {
      const link = make("a", "tool", "Open the file");
      link.href = one.file;
      link.target = "_blank";
      link.rel = "noopener";
      tools.append(link);
    }
    box.append(title, facts, tools);
    return box;
  }

  function phone(one) {
    const box = make("div", "phone");
    box.append(make("div", "from", data.school));
    const talk = make("div", "talk");
    const bubble = make("p", "bubble", one.text);
    bubble.dir = "auto";
    bubble.lang = one.language;
    talk.append(bubble, make("p", "long", Array.from(one.text).length + " characters" + (one.note ? ", " + one.note : "")));
    box.append(talk);
    return box;
  }

  function view() {
    const one = state.chosen;
    if (one === null) {
      $("view").replaceChildren(make("p", "empty", items.length ? "Choose an item on the left to see it as the family would." : "When messages are written here, you will see them as the families would."));
      return;
    }
    const stage = make("div", state.narrow ? "stage narrow" : "stage");
    if (one.text) {
      stage.append(phone(one));
    } else if (one.page) {
      const frame = make("iframe");
      if (!one.page.endsWith(".pdf")) frame.setAttribute("sandbox", "");  // a browser's PDF viewer runs in no sandbox
      frame.title = one.about;
      frame.src = one.page;
      stage.append(frame);
    } else {
      stage.append(make("p", "empty", "Open the file to see it."));
    }
    $("view").replaceChildren(head(one), stage);
  }

  function open(one, byHand) {
    state.chosen = one;
    document.body.classList.add("open");
    if (byHand) history.replaceState(null, "", "#" + encodeURIComponent(one.key));
    mark();
    view();
    if (byHand && matchMedia("(max-width: 52rem)").matches) $("view").focus();
  }

  function close() {
    document.body.classList.remove("open");
  }

  function step(by) {
    const at = shown.indexOf(state.chosen);
    const next = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (!next) return;
    open(next, true);
    const node = document.querySelector('.row[aria-current="true"]');
    if (node) { node.scrollIntoView({ block: "nearest" }); node.focus({ preventScroll: true }); }
  }

  let later = 0;
  $("search").oninput = (event) => {
    clearTimeout(later);
    later = setTimeout(() => { state.words = event.target.value.trim().toLocaleLowerCase(); show(); }, 80);
  };
  $("message").onchange = (event) => { state.message = event.target.value; show(); };
  $("family").onchange = (event) => { state.family = event.target.value; show(); };
  $("filters").onsubmit = (event) => event.preventDefault();
  $("list").onkeydown = (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); step(1); }
    if (event.key === "ArrowUp") { event.preventDefault(); step(-1); }
  };

  show();
  const wanted = decodeURIComponent(location.hash.slice(1));
  const linked = items.find((one) => one.key === wanted);
  if (linked) {
    open(linked, false);
    const node = document.querySelector('.row[aria-current="true"]');
    if (node) node.scrollIntoView({ block: "center" });
  }
  else if (items.length && !matchMedia("(max-width: 52rem)").matches) { state.chosen = items[0]; mark(); view(); }
  else view();
}());
