// The room's TCP protocol in a browser: each message of the WebSocket is a line. Strangers' words become text, never
// markup.
"use strict";

const NO_ROOM = 4001; // the gateway's code
const LONGEST_WAIT = 5; // seconds between two tries
const MOST_BYTES = 1023; // of a line, without its newline
const MOST_ROWS = 500;
const SAID = /^([^:]*): ([^]*)$/;
const [log, status, form, label, field, button, problem] = [
  "log", "status", "form", "label", "field", "button", "problem",
].map((id) => document.getElementById(id));

let socket;
let nickname = ""; // the one that is asked for, or had
let isIn = false;
let isAsked = false; // the room waits for a nickname
let wait = 1;
let timer;
const unsaid = []; // what was typed while there was no room

function add(kind, text, speaker = "") {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const row = document.createElement("p");
  row.className = kind;
  if (speaker) {
    const name = document.createElement("bdi");
    name.textContent = speaker;
    row.append(name, ": ");
  }
  row.append(text);
  log.append(row);
  while (log.children.length > MOST_ROWS) log.firstChild.remove();
  if (atEnd || kind === "own") log.scrollTop = log.scrollHeight;
}

function ask(text, refusal = "") {
  label.textContent = text;
  button.textContent = isIn || !isAsked ? "Send" : "Join";
  problem.textContent = refusal;
}

function hear(line) {
  if (line.startsWith("ERROR ")) {
    add("notice", `The room ends the connection: ${line.slice(6)}`);
  } else if (isIn) {
    const said = line.match(SAID);
    if (said) add("said", said[2], said[1]);
    else add("notice", line);
  } else if (line === "NICK" && nickname) {
    socket.send(nickname);
  } else if (line === "NICK" || line.startsWith("NICK ")) {
    nickname = "";
    isAsked = true;
    status.textContent = "Not in the room yet";
    ask("Your nickname", line.slice(5));
    field.focus();
  } else if (line === "Connected to the server!") {
    isIn = true;
    isAsked = false;
    wait = 1;
    status.textContent = `In the room as ${nickname}`;
    ask("Say something");
    field.focus();
    unsaid.splice(0).forEach(say);
  }
}

function say(text) {
  socket.send(text);
  add("own", text);
}

function connect() {
  clearTimeout(timer);
  socket = new WebSocket(`ws://${location.host}/room`);
  socket.onmessage = (message) => hear(message.data);
  socket.onclose = (end) => {
    if (isIn) add("notice", "The room has gone.");
    isIn = isAsked = false;
    const noRoom = `No room: ${end.reason}. Start it: python -m chatlab.tcp.server`;
    const why = end.code === NO_ROOM ? noRoom : "Not connected";
    status.textContent = `${why} (next try in ${wait} s)`;
    timer = setTimeout(connect, wait * 1000);
    wait = Math.min(2 * wait, LONGEST_WAIT);
    ask(nickname ? "Say something" : "Your nickname");
  };
}

form.onsubmit = (event) => {
  event.preventDefault();
  const text = field.value;
  if (!text.trim()) return;
  if (new TextEncoder().encode(text).length > MOST_BYTES) {
    problem.textContent = "That is too long: say it in pieces";
    return;
  }
  problem.textContent = "";
  if (isIn) {
    say(text);
  } else if (isAsked) {
    nickname = text.trim();
    isAsked = false;
    socket.send(nickname);
  } else if (nickname) {
    unsaid.push(text);
    problem.textContent = "Kept until you are in the room again";
  } else {
    nickname = text.trim();
    problem.textContent = "Kept until the room answers";
  }
  field.value = "";
};

connect();
