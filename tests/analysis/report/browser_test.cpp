// SPDX-License-Identifier: Apache-2.0
// The page in a real browser: it opens without an error or a request, controls do what they say, and names stay text.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "tests/analysis/report/report_fixture.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

const std::string kReady = "document.documentElement.dataset.ready === 'yes'";

struct Opened {
  TemporaryDirectory folder;
  std::unique_ptr<Browser> browser = Browser::start();

  explicit operator bool() const {
    if (browser == nullptr) MESSAGE("skipped: there is no chromium in PATH");
    return browser != nullptr;
  }
  void page(const Report& report) {
    browser->size(1280, 900);
    browser->open(folder.write("page.html", report_html(report)), kReady);
  }
  std::string operator()(const std::string& expression) { return browser->evaluate(expression); }
  void clean() {
    for (const std::string& problem : browser->problems()) FAIL_CHECK(problem);
    for (const std::string& request : browser->requests()) FAIL_CHECK(request);
  }
};

Report two_traces() {
  auto one = star_trace(2, "one.h5");
  auto two = star_trace(5, "two.h5");
  two.first.scenario_text += "jobs: {}\n";
  for (StepRow& row : two.first.steps) row.finish = row.finish + Duration{500};
  std::vector<TraceData> traces = {one.first, two.first};
  std::vector<TraceDetail> details = {one.second, two.second};
  return make_report(std::move(traces), std::move(details));
}

TEST_CASE("report in a browser: it opens with every section, no error and no request") {
  Opened opened;
  if (!opened) return;
  opened.page(report_of(star_trace()));
  CHECK(opened("document.querySelector('h1').textContent") == "\"two hosts on a switch\"");
  CHECK(opened("[...document.querySelectorAll('main > section')].map((s) => s.id).join(' ')") ==
        "\"overview topology links queues distributions steps serving collectives tables budgets verdicts scenario\"");
  CHECK(opened("[...document.querySelectorAll('nav a')].every((a) => document.querySelector(a.getAttribute('href')))") == "true");
  CHECK(opened("document.querySelectorAll('#topology svg path').length") == "2");
  CHECK(opened("document.querySelectorAll('.uplot').length > 5") == "true");
  CHECK(opened("document.querySelector('#links canvas').width > 500") == "true");
  CHECK(opened("document.querySelector('#overview .badge').textContent") == "\"1 of 1 checks of the run passed\"");
  // Every picture and table has its data to save, and saving gives rows.
  CHECK(opened("[...document.querySelectorAll('.figure, .table')].every((f) => f.querySelector('.csv'))") == "true");
  CHECK(opened("[...document.querySelectorAll('.csv')].filter((b) => { ew.lastDownload = null; b.click(); return !ew.lastDownload || "
               "ew.lastDownload.text.split('\\n').length < 3; }).map((b) => b.title).join()") == "\"\"");
  opened.clean();
}

TEST_CASE("report in a browser: names that look like markup, script or formulas stay text") {
  Opened opened;
  if (!opened) return;
  auto trace = star_trace(2, "</title><script>window.hacked = 1</script>.h5");
  trace.first.jobs[0].name = "</script><script>window.hacked = 2</script>";
  trace.first.jobs[1].name = "<img src=x onerror='window.hacked = 3'>";
  trace.first.scenario_text = "description: <b onclick=1>bold</b>\nname: __proto__\n";
  trace.first.link_names[0] = "=HYPERLINK(\"http://example.org\")";
  trace.second.nodes[2].name = "<svg onload='window.hacked = 4'>";
  trace.second.cables[0].name = "constructor";
  trace.second.sanity.push_back({"<script>window.hacked = 5</script>", false, "<iframe src='javascript:window.hacked = 6'>"});
  opened.page(report_of(std::move(trace)));
  CHECK(opened("typeof window.hacked") == "\"undefined\"");
  CHECK(opened("document.querySelectorAll('img, iframe, b, main script').length") == "0");
  CHECK(opened("document.querySelector('h1').textContent") == "\"<b onclick=1>bold</b>\"");
  CHECK(opened("document.title") == "\"script>.h5 - eastwest report\"");  // what follows the last / of the path
  CHECK(opened("ew.csvCell('=1+1')") == "\"'=1+1\"");
  CHECK(opened("ew.csvCell('a,\"b\"')") == "\"\\\"a,\\\"\\\"b\\\"\\\"\\\"\"");
  opened.clean();
}

TEST_CASE("report in a browser: tables sort, filter and save what they show") {
  Opened opened;
  if (!opened) return;
  opened.page(report_of(star_trace(6)));
  opened(
      "window.box = [...document.querySelectorAll('.table')].find((t) => t.querySelector('h3').textContent === 'Links'); "
      "window.first = () => box.querySelector('tbody td').textContent; "
      "window.head = (name) => [...box.querySelectorAll('th button')].find((b) => b.textContent === name); 0");
  CHECK(opened("first()") == "\"server-0:0 -> leaf-0:0\"");
  opened("head('mean utilisation').click()");  // figures: the largest first; link l has 0.1 l
  CHECK(opened("first()") == "\"leaf-0:5 -> server-5:0\"");
  CHECK(opened("head('mean utilisation').parentElement.getAttribute('aria-sort')") == "\"descending\"");
  opened("head('mean utilisation').click()");
  CHECK(opened("first()") == "\"server-0:0 -> leaf-0:0\"");
  opened("box.querySelector('input').value = '\"leaf-0:3 ->\"'; box.querySelector('input').dispatchEvent(new Event('input'))");
  CHECK(opened("box.querySelectorAll('tbody tr').length") == "1");
  CHECK(opened("box.querySelector('.count').textContent") == "\"1 of 12 rows\"");
  opened("box.querySelector('.csv').click()");
  CHECK(opened("ew.lastDownload.text.split('\\n')[1].split(',')[0]") == "\"leaf-0:3 -> server-3:0\"");
  CHECK(opened("ew.lastDownload.text.trim().split('\\n').length") == "2");
  // A row follows its link in the plots, and leaves it again.
  opened("ew.state.links = []; box.querySelector('tbody tr').click()");
  CHECK(opened("ew.state.links.join()") == "\"7\"");
  CHECK(opened("document.querySelector('.chips').textContent.includes('leaf-0:3 -> server-3:0')") == "true");
  CHECK(opened("document.querySelectorAll('#topology path.chosen').length") == "1");
  opened("document.querySelector('.chips button').click()");
  CHECK(opened("ew.state.links.length") == "0");
  opened.clean();
}

TEST_CASE("report in a browser: the heat map zooms by mouse and keys, and shows the value under the pointer") {
  Opened opened;
  if (!opened) return;
  opened.page(report_of(star_trace(6)));
  opened("document.querySelector('#links').scrollIntoView(); window.map = ew.parts.heatmap; 0");
  opened("new Promise((done) => setTimeout(done, 100))");
  const auto number = [&](const std::string& expression) { return std::stod(opened(expression)); };
  const double left = number("map.view.canvas.getBoundingClientRect().left"), top = number("map.view.canvas.getBoundingClientRect().top");
  const double x = left + number("map.view.margins.left"), y = top + number("map.view.margins.top");
  const double width = number("map.view.plotWidth()"), height = number("map.view.plotHeight()");
  CHECK(opened("map.view.zoomed()") == "false");
  // Link 9 in interval 3: utilisation (3 + 9) % 8 / 8 = 50 %, rounded up to a byte.
  opened.browser->move(x + width * 3.5 / 8, y + height * 9.5 / 12);
  CHECK(opened("document.querySelector('#links .tip').hidden") == "false");
  const std::string tip = opened("document.querySelector('#links .tip').innerText");
  const std::string name = opened("map.state.rows[9] === undefined ? '' : ew.data.traces[0].fabric.links.name[map.state.rows[9]]");
  CHECK_MESSAGE(tip.find(name.substr(1, name.size() - 2)) != std::string::npos, tip);
  CHECK_MESSAGE(tip.find("3.00 us to 4.00 us") != std::string::npos, tip);
  opened.browser->drag(x + width * 0.25, y + height * 0.25, x + width * 0.75, y + height * 0.75);
  CHECK(number("map.view.x[0]") == doctest::Approx(2e-6).epsilon(0.02));
  CHECK(number("map.view.x[1]") == doctest::Approx(6e-6).epsilon(0.02));
  CHECK(number("map.view.y[0]") == doctest::Approx(3).epsilon(0.05));
  opened("map.view.canvas.focus()");
  opened.browser->key("0");
  CHECK(opened("map.view.zoomed()") == "false");
  opened.browser->key("+");
  CHECK(opened("map.view.zoomed()") == "true");
  opened("document.querySelector('#links .buttons button:last-child').click()");
  CHECK(opened("map.view.zoomed()") == "false");
  // A click follows the link.
  opened("ew.state.links = []");
  opened.browser->click(x + width * 0.5, y + height * 0.5 / 12);
  CHECK(opened("ew.state.links.length") == "1");
  // Another measure, another order, fewer links.
  opened(
      "window.before = map.view.canvas.toDataURL(); const s = document.querySelectorAll('#links select'); s[0].value = 'pause'; "
      "s[0].dispatchEvent(new Event('change')); map.view.paint(); 0");
  CHECK(opened("map.view.canvas.toDataURL() !== before") == "true");
  opened("{ const s = document.querySelectorAll('#links select')[1]; s.value = 'busiest'; s.dispatchEvent(new Event('change')); }");
  CHECK(opened("map.state.rows[0]") == "11");
  opened("{ const i = document.querySelector('#links input'); i.value = '\"server-2:0 ->\" host'; i.dispatchEvent(new Event('input')); }");
  CHECK(opened("map.state.rows.length") == "1");
  opened.clean();
}

TEST_CASE("report in a browser: what a pixel of the heat map shows is the largest value under it") {
  Opened opened;
  if (!opened) return;
  opened.page(report_of(star_trace()));
  // Random grids and views against the plain search over all cells that a pixel touches.
  CHECK(opened(R"js((() => {
    let state = 12345;
    const random = (n) => { state = (Math.imul(state, 1103515245) + 12345) >>> 0; return (state >>> 8) % n; };
    for (let round = 0; round < 40; ++round) {
      const links = 1 + random(40), bins = 1 + random(3000), width = 1 + random(200), height = 1 + random(60);
      const values = Uint8Array.from({ length: links * bins }, () => (random(20) === 0 ? random(256) : random(3)));
      const rows = [...Array(links).keys()].reverse();
      const x0 = random(bins), x1 = x0 + 1 + random(bins - x0), y0 = random(links), y1 = y0 + 1 + random(links - y0);
      const got = ew.pooled(ew.pyramid(values, links, bins), rows, [x0, x1], [y0, y1], width, height);
      for (let py = 0; py < height; ++py)
        for (let px = 0; px < width; ++px) {
          const b0 = Math.floor(x0 + px * (x1 - x0) / width + 1e-9), b1 = Math.max(b0 + 1, Math.ceil(x0 + (px + 1) * (x1 - x0) / width - 1e-9));
          const r0 = Math.floor(y0 + py * (y1 - y0) / height + 1e-9), r1 = Math.max(r0 + 1, Math.ceil(y0 + (py + 1) * (y1 - y0) / height - 1e-9));
          let most = 0;
          for (let r = r0; r < Math.min(r1, links); ++r) for (let b = b0; b < Math.min(b1, bins); ++b) most = Math.max(most, values[rows[r] * bins + b]);
          // Coarse levels may take in up to one coarse cell at each side, never less than what is there.
          if (got[py * width + px] < most) return `round ${round}: ${got[py * width + px]} for ${most}`;
          if (x1 - x0 <= 2 * width && got[py * width + px] !== most) return `round ${round}: ${got[py * width + px]} is not ${most}`;
        }
    }
    return "good";
  })())js") == "\"good\"");
  opened.clean();
}

TEST_CASE("report in a browser: 2,000 links and 10,000 intervals are there and can be zoomed") {
  Opened opened;
  if (!opened) return;
  auto trace = star_trace(1000);
  LinkGrid& grid = trace.second.grid;
  REQUIRE(grid.links == 2000);
  grid.bins = 10'000;
  grid.rows = 10'000;
  for (auto* values : {&grid.utilization, &grid.queue, &grid.pause}) values->assign(grid.links * grid.bins, 0);
  for (std::uint64_t l = 0; l < grid.links; ++l)
    for (std::uint64_t b = l % 97; b < grid.bins; b += 50 + l % 13) grid.utilization[l * grid.bins + b] = static_cast<std::uint8_t>(l + b);
  opened.page(report_of(std::move(trace)));
  CHECK(opened("ew.data.traces[0].grid.bins") == "10000");
  CHECK(opened("ew.parts.heatmap.levels.utilization[0].values.length") == "20000000");
  opened("ew.parts.heatmap.view.show([1e-3, 1.1e-3], [500, 530]); ew.parts.heatmap.view.paint(); 0");
  CHECK(opened("ew.parts.heatmap.view.zoomed()") == "true");
  CHECK(opened("ew.parts.heatmap.view.lastDrawMs > 0") == "true");
  opened.clean();
}

TEST_CASE("report in a browser: light and dark by choice and by the system, print on white, narrow screens without a second scroll bar") {
  Opened opened;
  if (!opened) return;
  opened.browser->media("dark");
  opened.page(report_of(star_trace()));
  CHECK(opened("document.documentElement.dataset.theme") == "\"dark\"");
  opened.browser->media("light");
  opened("new Promise((done) => setTimeout(done, 50))");
  CHECK(opened("document.documentElement.dataset.theme") == "\"light\"");
  opened("{ const t = document.getElementById('theme'); t.value = 'dark'; t.dispatchEvent(new Event('change')); }");
  CHECK(opened("getComputedStyle(document.body).backgroundColor") == "\"rgb(20, 24, 30)\"");
  opened("dispatchEvent(new Event('beforeprint'))");
  opened.browser->media("light", "print");
  CHECK(opened("getComputedStyle(document.body).backgroundColor") == "\"rgb(255, 255, 255)\"");
  CHECK(opened("getComputedStyle(document.querySelector('header.top')).display") == "\"none\"");
  opened("dispatchEvent(new Event('afterprint'))");
  opened.browser->media("light");
  CHECK(opened("document.documentElement.dataset.theme") == "\"dark\"");
  for (const int width : {360, 768, 1920}) {
    CAPTURE(width);
    opened.browser->size(width, 800);
    opened("new Promise((done) => setTimeout(done, 100))");
    CHECK(opened("document.documentElement.scrollWidth <= innerWidth") == "true");
  }
  opened.clean();
}

TEST_CASE("report in a browser: several traces stand side by side, and each can be looked at") {
  Opened opened;
  if (!opened) return;
  opened.page(two_traces());
  CHECK(opened("document.querySelector('h1').textContent") == "\"two.h5 against one.h5\"");
  CHECK(opened("document.querySelector('#verdict li').textContent.startsWith('two.h5 against one.h5: train step time mean')") == "true");
  CHECK(opened("document.querySelector('#compare tbody').children.length > 10") == "true");
  CHECK(opened("document.querySelectorAll('#topology svg .host').length") == "2");
  opened(
      "window.done = new Promise((d) => { ew.ready = false; const wait = () => (ew.ready ? d(1) : setTimeout(wait, 20)); wait(); }); "
      "{ const t = document.getElementById('trace'); t.value = 1; t.dispatchEvent(new Event('change')); } window.done");
  CHECK(opened("document.querySelectorAll('#topology svg .host').length") == "5");
  CHECK(opened("document.querySelector('#overview h2').textContent") == "\"Trace two.h5\"");
  // Curves of both traces lie in one plot, and the tail is another view of them.
  CHECK(opened("[...document.querySelectorAll('#distributions .u-label')].some((l) => l.textContent.startsWith('two.h5: serve'))") ==
        "true");
  opened("{ const s = document.querySelector('#distributions select'); s.value = 'tail'; s.dispatchEvent(new Event('change')); }");
  CHECK(opened("ew.parts.plots.every(([, p]) => p.plot() === null || p.plot().scales.y.distr === 3)") == "true");
  opened.clean();
}

TEST_CASE("report in a browser: a trace without jobs, links over time or steps is a page too") {
  Opened opened;
  if (!opened) return;
  auto trace = star_trace();
  TraceData& data = trace.first;
  data.jobs.clear();
  data.job_finish.clear();
  data.flows.clear();
  data.steps.clear();
  data.requests.clear();
  data.collectives.clear();
  data.latency.clear();
  data.complete = data.sealed = false;
  data.outcome = "running";
  data.digest.clear();
  trace.second.sanity.clear();
  trace.second.grid = empty_grid({}, {}, 4, 0, {});
  opened.page(report_of(std::move(trace)));
  CHECK(opened("document.querySelector('#overview .badge').textContent") == "\"incomplete: the run has not ended\"");
  CHECK(opened("document.querySelector('.findings .failed').textContent.includes('did not end, or is still going')") == "true");
  opened.clean();
}

}  // namespace
}  // namespace eastwest::tests
