"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const views = {};
  const errors = [];
  let picked = "";

  // Every expression is interpreted, so that the page needs no eval.
  const options = { renderer: "svg", actions: false, ast: true, tooltip: { theme: "custom" } };

  async function draw(kind) {
    const holder = document.querySelector(`[data-chart="${kind}"]`);
    if (views[kind]) views[kind].finalize();
    // A map as high as on a wide screen would leave half of a phone's empty.
    if (kind === "map") charts.map.spec.height = Math.min(480, holder.clientWidth * 1.05);
    const { view } = await vegaEmbed(holder, charts[kind].spec, options);
    views[kind] = view;
    // The holder is an image with words; the hundreds of shapes in it are not for reading out.
    holder.querySelector("svg").setAttribute("aria-hidden", "true");
    if (kind === "map") {
      view.addEventListener("click", (_, item) => {
        const unit = item && item.datum && item.datum.properties;
        if (unit) pick(unit.id);
      });
      view.signal("picked", picked).runAsync();
    }
  }

  function pick(id) {
    picked = id;
    const row = [...document.querySelectorAll("tr[data-unit]")].find((r) => r.dataset.unit === id);
    const panel = document.getElementById("unit");
    document.querySelectorAll("tr.picked").forEach((r) => r.classList.remove("picked"));
    if (!row || !panel) return;
    row.classList.add("picked");
    const names = [...row.closest("table").querySelectorAll("thead th")].map((c) => c.textContent);
    const cells = [...row.children].map((c) => c.textContent);
    const title = document.createElement("h3");
    const before = Number(row.closest("table").dataset.names);
    title.textContent = cells.slice(0, before).join(", ");
    const list = document.createElement("dl");
    names.slice(before).forEach((name, place) => {
      const pair = document.createElement("div");
      pair.append(
        Object.assign(document.createElement("dt"), { textContent: name }),
        Object.assign(document.createElement("dd"), { textContent: cells[place + before] }),
      );
      list.append(pair);
    });
    const why = document.createElement("p");
    why.textContent = row.dataset.note || "";
    panel.replaceChildren(title, list, why);
    panel.hidden = false;
    if (views.map) views.map.signal("picked", id).runAsync();
  }

  function search(input) {
    const wanted = input.value.trim().toLowerCase();
    const says = document.getElementById("search-says");
    if (!wanted) { says.textContent = ""; return; }
    const all = [...document.querySelectorAll("#unit-names option")];
    const found =
      all.find((o) => o.value.toLowerCase() === wanted) ||
      all.find((o) => o.value.toLowerCase().startsWith(wanted)) ||
      all.find((o) => o.value.toLowerCase().includes(wanted));
    says.textContent = found ? found.value : "nothing of that name";
    if (found) pick(found.dataset.unit);
  }

  function save(content, type, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function csv(table) {
    const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    // A cell with a number behind it gives the number; one with several is as many columns.
    const rows = [...table.rows].map((r) => [...r.cells].map((c) => (c.dataset.v ?? c.textContent)));
    const wide = rows[0].map((_, at) => Math.max(...rows.slice(1).map((r) => (r[at] || "").split("|").length)));
    const cells = (row, line) => row.flatMap((cell, at) => {
      if (wide[at] < 2) return [cell];
      const parts = cell.split("|");
      if (!line && parts.length === 1) return [`${cell} low`, `${cell} high`];
      return [...parts, ...Array(Math.max(wide[at] - parts.length, 0)).fill("")];
    });
    return rows.map((r, line) => cells(r, line).map(quoted).join(",")).join("\r\n") + "\r\n";
  }

  async function take(button) {
    const figure = button.closest("figure");
    const kind = figure.dataset.kind || figure.querySelector("details").id.replace("-numbers", "");
    const how = button.dataset.take;
    if (how === "csv") { save("\ufeff" + csv(figure.querySelector("table")), "text/csv;charset=utf-8", `${kind}.csv`); return; }
    // Away from the page a figure needs a title, the day of the forecast, and whose it is.
    const holder = document.createElement("div");
    const spec = { ...charts[kind].spec, title: charts[kind].title, width: 720, background: "white", padding: 16 };
    if (kind === "map") spec.height = 480;
    const { view } = await vegaEmbed(holder, spec, options);
    if (kind === "map") await view.signal("picked", picked).runAsync();
    if (how === "svg") save(await view.toSVG(), "image/svg+xml", `${kind}.svg`);
    else {
      const canvas = await view.toCanvas(2);
      canvas.toBlob((blob) => save(blob, "image/png", `${kind}.png`));
    }
    view.finalize();
  }

  // The button says what it does, so it is no switch that is pressed.
  function nameTheme(now) {
    const button = document.getElementById("theme");
    button.dataset.now = now;
    button.textContent = now === "dark" ? "Light" : "Dark";
  }

  function theme(wanted) {
    document.documentElement.dataset.theme = wanted;
    nameTheme(wanted);
    try { localStorage.setItem("forecast-theme", wanted); } catch { /* a file may have no store */ }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.take) take(button);
    if (button.dataset.measure) {
      document.querySelectorAll("[data-measure]").forEach((b) => b.setAttribute("aria-pressed", String(b === button)));
      charts.map.spec.layer[0].encoding.color = charts.map.choices[button.dataset.measure];
      draw("map");
    }
    if (button.id === "theme") theme(button.dataset.now === "dark" ? "light" : "dark");
  });
  const box = document.getElementById("search");
  if (box) {
    box.addEventListener("change", () => search(box));
    box.addEventListener("input", () => { if ([...box.list.options].some((o) => o.value === box.value)) search(box); });
  }

  let dark = matchMedia("(prefers-color-scheme: dark)").matches;
  try {
    const kept = localStorage.getItem("forecast-theme");
    if (kept) { dark = kept === "dark"; document.documentElement.dataset.theme = kept; }
  } catch { /* as above */ }
  nameTheme(dark ? "dark" : "light");

  // On paper every table is open but those of which too many rows would be printed.
  addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((d) => { if (d.querySelectorAll("tr:not(.screen)").length <= 61) d.open = true; });
  });

  (async () => {
    for (const kind of Object.keys(charts)) {
      try { await draw(kind); } catch (error) { errors.push(kind); console.error(kind, error); }
    }
    document.documentElement.dataset.ready = errors.length ? "with errors" : "yes";
  })();
})();
