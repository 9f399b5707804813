// Sorts the table by a column, and shows the rows of those who are stuck at one exercise, or have a name.
const body = document.querySelector("tbody");
const stuckAt = document.querySelector("#stuck-at");
const name = document.querySelector("#name");
const shown = document.querySelector("#shown");

function show() {
  let count = 0;
  for (const row of body.rows) {
    const wanted = row.cells[0].textContent.toLowerCase().includes(name.value.toLowerCase());
    row.hidden = !wanted || (stuckAt.value !== "" && row.dataset.stuckAt !== stuckAt.value);
    count += row.hidden ? 0 : 1;
  }
  shown.textContent = `${count} of ${body.rows.length} shown`;
}

function sort(heading) {
  const falling = heading.getAttribute("aria-sort") === "ascending";
  for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
  const key = (row) => row.cells[heading.cellIndex].dataset.key ?? row.cells[heading.cellIndex].textContent;
  const compare = (one, other) => key(one).localeCompare(key(other), undefined, { numeric: true });
  const rows = [...body.rows].sort(compare);
  body.append(...(falling ? rows.reverse() : rows));
}

for (const heading of document.querySelectorAll("thead th")) {
  heading.querySelector("button").addEventListener("click", () => sort(heading));
}
stuckAt.addEventListener("change", show);
name.addEventListener("input", show);
show();
