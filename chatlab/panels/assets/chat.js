// One view of a ChatPanel (chat/chat_panel.py says what the messages between page and kernel are).
// Strangers' text is set by textContent alone, so that markup in it stays text.

const MAX_ROWS = 300;
const PATIENCE_MS = 5000;
const DISCONNECTED = "The kernel has ended: Run → Run All Cells";
const NO_ANSWER = "The kernel does not answer. If it was restarted: Run → Run All Cells";

function render({ model, el }) {
  const name = make("bdi", "chatlab-name");
  const status = make("span", "chatlab-status", { role: "status" });
  const log = make("div", "chatlab-log", { role: "log", "aria-live": "polite", "aria-label": "Messages" });
  const scroller = make("div", "chatlab-scroller", { tabindex: "0" });
  const field = make("input", "chatlab-field", {
    type: "text",
    placeholder: "Say something",
    title: "Enter sends; arrow up brings back what you sent before",
    autocomplete: "off",
    "aria-label": "Your message",
    dir: "auto",
  });
  const button = make("button", "chatlab-send", { type: "submit" });
  const join = make("button", "chatlab-join", { type: "button", title: "Try at once to get into the room" });
  const header = make("div", "chatlab-header");
  const form = make("form", "chatlab-form");
  button.textContent = "Send";
  join.textContent = "Join";
  join.hidden = true;
  header.append(name, status, join);
  scroller.append(log);
  form.append(field, button);
  el.classList.add("chatlab-chat");
  el.dataset.jpSuppressContextMenu = ""; // the browser's own menu: copy, paste
  el.append(header, scroller, form);

  let newest = null; // the number of the newest row shown; null until the whole scrollback has come
  let noAnswer = 0;

  model.on("msg:custom", (message) => {
    clearTimeout(noAnswer);
    fillName(name, message.nickname, message.colour);
    showStatus(message.status, message.present, message.closed);
    if (newest === null && !message.whole) return;
    newest ??= 0;
    const unseen = message.rows.slice(Math.max(0, newest + 1 - message.first));
    log.append(...unseen.map(makeRow));
    newest = Math.max(newest, message.first + message.rows.length - 1);
    while (log.childElementCount > MAX_ROWS) log.firstElementChild.remove();
    log.classList.toggle("chatlab-cut", newest > MAX_ROWS);
  });
  model.on("comm_live_update", () => {
    clearTimeout(noAnswer);
    showStatus(DISCONNECTED, false, true);
  });

  const sent = []; // what was sent from here, oldest first; a refused text comes back from it
  let recalled = 0; // which of them stands in the field; sent.length: the draft
  let draft = "";

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    field.focus();
    const text = field.value;
    if (!text.trim()) return;
    send({ kind: "say", text });
    recalled = sent.push(text);
    field.value = "";
  });
  join.addEventListener("click", () => {
    send({ kind: "join" });
    field.focus(); // the button is about to go
  });
  field.addEventListener("keydown", (event) => {
    event.stopPropagation(); // JupyterLab's shortcuts are not meant here
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || event.isComposing) return;
    event.preventDefault();
    if (recalled === sent.length) draft = field.value;
    recalled = Math.min(Math.max(recalled + step, 0), sent.length);
    field.value = sent[recalled] ?? draft;
  });

  function send(message) {
    clearTimeout(noAnswer);
    noAnswer = setTimeout(() => showStatus(NO_ANSWER, false, false), PATIENCE_MS);
    model.send(message);
  }

  function showStatus(text, present, closed) {
    if (status.textContent !== text) status.textContent = text; // announced only where it changes
    field.disabled = button.disabled = closed;
    join.hidden = present || closed;
    el.classList.toggle("chatlab-present", present);
    el.classList.toggle("chatlab-closed", closed);
  }

  model.send({ kind: "ready" });
  return () => clearTimeout(noAnswer);
}

function makeRow({ kind, nickname, colour, text }) {
  const row = make("div", `chatlab-row chatlab-${kind}`);
  if (nickname) {
    const name = make("bdi", "chatlab-name");
    fillName(name, nickname, colour);
    row.append(name, kind === "said" ? ": " : " ");
  }
  const words = make("bdi", "chatlab-words");
  words.textContent = text;
  row.append(words);
  return row;
}

function fillName(element, nickname, colour) {
  element.textContent = nickname;
  element.style.setProperty("--chatlab-colour", `var(--chatlab-${colour})`);
}

function make(tag, className, attributes = {}) {
  const element = document.createElement(tag);
  element.className = className;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

export default { render };
