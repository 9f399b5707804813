// The picture of a LadderPanel: an SVG in a box that scrolls (ladder_panel.py draws it; strangers' words are escaped
// there). The parties' names stay at the top. The newest messages are at the bottom, and stay in sight unless the reader
// has scrolled up: then the picture stands still, until the reader is back at the bottom. The box counts from its bottom
// (column-reverse in ladder.css), so it stays there whatever the page does: grow, move, be taken out and put back.

const NEAR = 24; // pixels above the bottom that count as at the bottom
const HEAD = 38; // pixels from the top of a picture that show the parties' names
const STEP = 10; // pixels: a smaller change of the width is no reason to draw anew

function render({ model, el }) {
  const names = make("div", "chatlab-names");
  const picture = make("div", "chatlab-drawn");
  const newest = make("button", "chatlab-newest");
  const whole = make("div", "chatlab-whole");
  const scroller = make("div", "chatlab-ladder-scroller");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "group");
  scroller.setAttribute("aria-label", "The message ladder");
  newest.textContent = "Newest ↓";
  newest.hidden = true;
  whole.append(names, picture);
  scroller.append(whole);
  el.classList.add("chatlab-picture");
  el.append(scroller, newest);

  let follows = true;
  let width = 0;

  function show() {
    newest.hidden = follows;
    if (!follows) return;
    picture.innerHTML = model.get("value");
    names.replaceChildren(...headOf(picture.querySelector("svg")));
  }

  function goToEnd() {
    follows = true;
    show();
    scroller.scrollTop = 0;
  }

  model.on("change:value", show);
  model.on("msg:custom", goToEnd); // what follows is another picture
  newest.addEventListener("click", goToEnd);
  scroller.addEventListener("scroll", () => {
    const isAtEnd = scroller.scrollTop >= -NEAR;
    if (isAtEnd === follows) return;
    follows = isAtEnd;
    show();
  });
  scroller.addEventListener("keydown", (event) => event.stopPropagation()); // the arrow keys scroll here
  const sizes = new ResizeObserver(() => {
    if (!scroller.clientWidth || Math.abs(scroller.clientWidth - width) < STEP) return;
    width = scroller.clientWidth;
    model.send({ width });
  });
  sizes.observe(scroller);
  show();
  return () => sizes.disconnect();
}

// The top of the picture once more: the parties' names, as `_parties` in svg.py draws them.
function headOf(svg) {
  if (!svg) return [];
  const head = svg.cloneNode(false);
  const [left, , width] = svg.getAttribute("viewBox").split(" ");
  head.setAttribute("viewBox", `${left} 0 ${width} ${HEAD}`);
  head.setAttribute("height", HEAD);
  head.setAttribute("aria-hidden", "true");
  for (const part of svg.querySelectorAll('rect[rx="12.5"], g[font-weight="600"]')) head.append(part.cloneNode(true));
  return [head];
}

function make(tag, className) {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

export default { render };
